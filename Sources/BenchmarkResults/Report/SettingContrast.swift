/// What is held against what is as usual, in cells that differ in nothing else, and what a report calls it.
enum SettingContrast: Sendable, CaseIterable {
    /// Unix domain sockets against TCP.
    case socket
    /// TLS against cleartext.
    case tls

    /// The same as usual in that respect, and otherwise; nil for a load that is not as usual.
    func otherwise(_ load: LoadPoint) -> LoadPoint? {
        var other = load
        switch self {
        case .socket:
            guard load.socket == .tcp else { return nil }
            other.socket = .unix
        case .tls:
            guard load.tls == .off else { return nil }
            other.tls = .on
        }
        return other
    }

    /// What the page asks.
    var question: String {
        switch self {
        case .socket: "What a Unix socket changes"
        case .tls: "What TLS changes"
        }
    }

    /// How it differs: `over TLS`.
    var difference: String {
        switch self {
        case .socket: "over Unix sockets"
        case .tls: "over TLS"
        }
    }

    /// What is as usual: `in cleartext`.
    var usual: String {
        switch self {
        case .socket: "over TCP"
        case .tls: "in cleartext"
        }
    }

    /// What there is to know of it.
    /// - Parameter isCold: whether each entry has a connection of its own.
    func remark(isCold: Bool) -> String {
        switch self {
        case .socket:
            "A Unix domain socket has no IP, no ports and no congestion control, and reaches this machine only."
        case .tls where isCold: "Each entry has a connection of its own, and so a full handshake."
        case .tls:
            "Connections are made by the end of the warm-up: it is the encryption of what is sent, without handshakes. With a message "
                + "broker in between, both ways to it are encrypted."
        }
    }
}
