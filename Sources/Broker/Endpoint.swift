/// Where something listens: `127.0.0.1:5001`, `[::1]:5001`, `logger.internal:5001`; to listen at, also `*:5001`; on this machine
/// also a Unix domain socket: `unix:/run/logger.sock`, `unix:@logger`.
public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A host, which is a name or an address without brackets, or ``everyHost``; and a port, 0 to 65535.
    case tcp(host: String, port: Int)
    /// A Unix domain socket.
    case unix(UnixSocketName)

    /// The host of an endpoint that is every address of the machine, of IPv4 and IPv6.
    public static let everyHost = "*"

    /// Creates an endpoint of TCP.
    public init(host: String, port: Int) {
        self = .tcp(host: host, port: port)
    }

    /// The host; nil for a Unix domain socket, which has none.
    public var host: String? {
        if case .tcp(let host, _) = self { host } else { nil }
    }

    /// The port; nil for a Unix domain socket, which has none.
    public var port: Int? {
        if case .tcp(_, let port) = self { port } else { nil }
    }

    /// Reads where to listen: `host:port`, or `*:port` or `:port` for every address of the machine; `unix:/path` or
    /// `unix:@name`.
    /// - Throws: ``EndpointError`` when the text is not of that form.
    public init(listeningAt text: String) throws(EndpointError) {
        if text.hasPrefix(":") || text.hasPrefix("*:") {
            let end = text.drop { $0 != ":" }
            guard case .tcp(_, let port)? = try? Endpoint(parsing: "host" + end) else {
                throw EndpointError(text: text)
            }
            self.init(host: Self.everyHost, port: port)
        } else {
            try self.init(parsing: text)
        }
    }

    /// Whether this is every address of the machine.
    public var isEverywhere: Bool { host == Self.everyHost }

    /// Reads `host:port`, or `:port` for this machine, as Go's `net.Dial` does; `unix:/path` or `unix:@name`.
    /// - Throws: ``EndpointError`` when the text is not of that form.
    public init(parsing text: String) throws(EndpointError) {
        if UnixSocketName.isMeant(by: text) {
            self = .unix(try UnixSocketName(parsing: text))
            return
        }
        guard let colon = text.lastIndex(of: ":") else { throw EndpointError(text: text) }
        var host = text[..<colon]
        if host.isEmpty { host = "localhost" }
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw EndpointError(text: text)
        }
        // What can be in neither a name nor an address: white space, control characters, what ends a host in a URL.
        let isHost = !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"[]/?#@*".utf8.contains($0) }
        let digits = text[text.index(after: colon)...]
        guard isHost, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            throw EndpointError(text: text)
        }
        self.init(host: String(host), port: Int(port))
    }

    /// The name, or the address, that a certificate has to bear: `localhost` for a Unix domain socket, which has none.
    package var serverName: String { host ?? "localhost" }

    /// Host and port as a request of HTTP names them: `localhost` for a Unix domain socket, as gRPC and curl have it.
    package var authority: String {
        switch self {
        case .tcp: description
        case .unix: serverName
        }
    }

    /// The text that ``init(parsing:)`` reads.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let name): name.description
        }
    }
}

/// A text that is not an endpoint.
public struct EndpointError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text.
    public var text: String
    /// What is missing in it, where it is known: `a host`.
    public var lacks: String?
    /// What is wanted, with an example.
    public var form: String

    /// Creates an error.
    public init(
        text: String, lacks: String? = nil,
        form: String = "HOST:PORT, as in 127.0.0.1:5001 or [::1]:5001, or unix:/PATH or unix:@NAME"
    ) {
        (self.text, self.lacks, self.form) = (text, lacks, form)
    }

    /// What is wrong and what is wanted.
    public var description: String {
        "'\(text)' is not an address\(lacks.map { ": it lacks \($0)" } ?? ""). Write \(form)."
    }
}
