/// A host and a port: `127.0.0.1:5001`, `[::1]:5001`, `logger.internal:5001`; to listen at, also `*:5001`.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The host of an endpoint that is every address of the machine, of IPv4 and IPv6.
    public static let everyHost = "*"

    /// A name or an address, without brackets; ``everyHost`` for all addresses.
    public var host: String
    /// The port, 0 to 65535.
    public var port: Int

    /// Creates an endpoint.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads where to listen: `host:port`, or `*:port` or `:port` for every address of the machine.
    /// - Throws: ``EndpointError`` when the text is not of that form.
    public init(listeningAt text: String) throws(EndpointError) {
        if text.hasPrefix(":") || text.hasPrefix("*:") {
            let port = text.drop { $0 != ":" }
            guard let anyHost = try? Endpoint(parsing: "host" + port) else { throw EndpointError(text: text) }
            self.init(host: Self.everyHost, port: anyHost.port)
        } else {
            try self.init(parsing: text)
        }
    }

    /// Whether this is every address of the machine.
    public var isEverywhere: Bool { host == Self.everyHost }

    /// Reads `host:port`, or `:port` for this machine, as Go's `net.Dial` does.
    /// - Throws: ``EndpointError`` when the text is not of that form.
    public init(parsing text: String) throws(EndpointError) {
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

    /// The text that ``init(parsing:)`` reads.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
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
    public init(text: String, lacks: String? = nil, form: String = "HOST:PORT, as in 127.0.0.1:5001 or [::1]:5001") {
        (self.text, self.lacks, self.form) = (text, lacks, form)
    }

    /// What is wrong and what is wanted.
    public var description: String {
        "'\(text)' is not an address\(lacks.map { ": it lacks \($0)" } ?? ""). Write \(form)."
    }
}
