/// What is held against what is as usual, in cells that differ in nothing else, and what a report calls it.
enum SettingContrast: Sendable, CaseIterable {
    /// Unix domain sockets against TCP.
    case socket
    /// TLS against cleartext.
    case tls
    /// Connections that are closed after a number of entries against those that stay.
    case churn
    /// A logger that works on each entry against one that records it and no more.
    case loggerWork
    /// A broker in the middle against none.
    case through

    /// The same as usual in that respect, and otherwise, in each way that a suite has; none for a load that is not as usual.
    func otherwise(_ load: LoadPoint, in suite: Suite) -> [LoadPoint] {
        func other(_ change: (inout LoadPoint) -> Void) -> LoadPoint {
            var other = load
            change(&other)
            return other
        }
        return switch self {
        case .socket: load.socket == .tcp ? [other { $0.socket = .unix }] : []
        case .tls: load.tls == .off ? suite.usedTLS.filter(\.isOn).map { tls in other { $0.tls = tls } } : []
        case .churn:
            load.churn == 0 ? suite.usedChurn.filter { $0 > 0 }.map { churn in other { $0.churn = churn } } : []
        case .loggerWork:
            load.loggerWork == .none
                ? suite.usedLoggerWork.filter { $0 > 0 }.map { work in
                    other { $0.loggerWork = LoggerWork(microseconds: work) }
                } : []
        case .through:
            load.through == .none && suite.usedThrough.contains(.broker) ? [other { $0.through = .broker }] : []
        }
    }

    /// What the page asks.
    var question: String {
        switch self {
        case .socket: "What a Unix socket changes"
        case .tls: "What TLS changes"
        case .churn: "What connections that do not stay cost"
        case .loggerWork: "What a slow logger costs"
        case .through: "What the way through a broker costs"
        }
    }

    /// How a load differs: `over TLS`.
    func difference(of other: LoadPoint) -> String {
        switch self {
        case .socket: "over Unix sockets"
        case .tls: other.tls.over ?? usual
        case .churn: "on \(other.churnText ?? usual)"
        case .loggerWork: other.loggerWork.text ?? usual
        case .through: other.through.text ?? usual
        }
    }

    /// What is as usual: `in cleartext`.
    var usual: String {
        switch self {
        case .socket: "over TCP"
        case .tls: "in cleartext"
        case .churn: "on connections that stay"
        case .loggerWork: "with no work but to record"
        case .through: "without a broker"
        }
    }

    /// What there is to know of it.
    /// - Parameter isCold: whether each entry has a connection of its own.
    func remark(isCold: Bool) -> String {
        switch self {
        case .socket:
            "A Unix domain socket has no IP, no ports and no congestion control, and reaches this machine only."
        case .tls where isCold:
            "Each entry has a connection of its own, and so a full handshake; a mutual one has the broker's certificate in it, which "
                + "its peer looks at, too."
        case .tls:
            "Connections are made by the end of the warm-up, unless they do not stay: it is the encryption of what is sent, without "
                + "handshakes. With a message broker in between, both ways to it are encrypted."
        case .churn:
            "A connection is closed when so many entries of it are answered, and another one is dialed by the entry that finds no "
                + "room on it, and waits: dials, handshakes and goodbyes are part of latency and of CPU time."
        case .loggerWork:
            "Each entry keeps an event loop of the logger busy for so long before it is recorded: what a transport takes beside that "
                + "weighs the less, the more it is."
        case .through:
            "Entries go to the broker over HTTP, and from there over the transport; it answers when the logger has acknowledged the entry. "
                + "CPU is of all processes, the broker in the middle among them."
        }
    }
}
