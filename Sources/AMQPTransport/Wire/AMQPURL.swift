import Broker

/// Where a RabbitMQ is and how to log in: `amqp://user:pass@host:port/vhost?heartbeat=20&frame_max=131072`.
///
/// A cluster has several hosts: `amqp://user:pass@host:port,host:port,host:port/vhost`. Either of them will do.
///
/// The grammar is RabbitMQ's URI specification: every part is optional but the scheme, parts are percent-encoded, a
/// missing path means the vhost `/`, and an empty one (`amqp://host/`) the vhost with the empty name. The parameters are
/// those of its query parameters that mean something here: heartbeat, frame_max, channel_max, connection_timeout,
/// auth_mechanism; and those of TLS: cacertfile, certfile, keyfile, verify, server_name_indication.
struct AMQPURL: Sendable, Hashable {
    /// How to log in (RabbitMQ, "Authentication mechanisms").
    enum Mechanism: String, Sendable, Hashable {
        /// User and password.
        case plain = "PLAIN"
        /// The client's certificate says who it is.
        case external = "EXTERNAL"
    }

    /// The longest text of a short string (AMQP 0-9-1, 4.2.5.3), such as a vhost or a queue name.
    static let maxShortStringBytes = 255

    /// Where RabbitMQ is, or each node of a cluster; the first is tried first.
    private(set) var endpoints: [Endpoint] = []
    /// The first of them.
    var endpoint: Endpoint { endpoints[0] }
    var user = "guest"
    var password = "guest"
    var virtualHost = "/"
    /// The longest silence that is wanted, in seconds; 0 turns heartbeats off, nil leaves it to the default.
    var heartbeat: UInt16?
    /// The largest wanted frame, in bytes; nil leaves it to RabbitMQ.
    var frameMax: UInt32?
    /// The most channels that are wanted; nil for no limit.
    var channelMax: UInt16?
    /// How long a connection may take until it can be used, in milliseconds; nil leaves it to the default.
    var connectionTimeout: UInt32?
    /// How to log in.
    var mechanism = Mechanism.plain

    /// How the connection is secured, by a URL that begins with `amqps`; nil for cleartext.
    var tls: ClientTLS?

    /// Reads a URL.
    init(parsing text: String) throws(AMQPURLError) {
        guard let schemeEnd = text.firstIndex(of: ":") else { throw AMQPURLError(text, "it has no scheme") }
        var rest = text[text.index(after: schemeEnd)...]
        switch text[..<schemeEnd].lowercased() {
        case "amqp": break
        case "amqps":
            // RabbitMQ's client URI query parameters: verify is "verify_peer" for amqps unless it says otherwise.
            tls = ClientTLS()
        default: throw AMQPURLError(text, "the scheme is neither amqp nor amqps")
        }
        guard rest.hasPrefix("//") else { throw AMQPURLError(text, "'//' is missing behind the scheme") }
        rest.removeFirst(2)
        if rest.contains("#") { throw AMQPURLError(text, "a fragment ('#') has no meaning here; write it as %23") }

        let beforeQuery = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let beforePath = beforeQuery[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if beforePath.count == 2 {
            if beforePath[1].contains("/") {
                throw AMQPURLError(text, "the vhost contains '/'; write it as %2F")
            }
            virtualHost = try Self.decode(beforePath[1], in: text)
        }
        try readAuthority(beforePath[0], in: text)
        if beforeQuery.count == 2 { try readQuery(beforeQuery[1], in: text) }
        if (tls?.certificateFile == nil) != (tls?.keyFile == nil) {
            throw AMQPURLError(text, "a client certificate needs both certfile and keyfile")
        }
        if mechanism == .external, tls?.certificateFile == nil {
            throw AMQPURLError(text, "auth_mechanism=external needs amqps:// with certfile and keyfile")
        }
        if [user, password, virtualHost].contains(where: { $0.utf8.count > Self.maxShortStringBytes }) {
            throw AMQPURLError(text, "user, password or vhost is longer than \(Self.maxShortStringBytes) bytes")
        }
        if user.utf8.contains(0) || password.utf8.contains(0) {
            throw AMQPURLError(text, "the login mechanism PLAIN (RFC 4616) allows no zero byte in user or password")
        }
    }

    private mutating func readAuthority(_ authority: Substring, in text: String) throws(AMQPURLError) {
        var hostAndPort = authority
        if let at = authority.lastIndex(of: "@") {
            hostAndPort = authority[authority.index(after: at)...]
            let login = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decode(login[0], in: text)
            if login.count == 2 { password = try Self.decode(login[1], in: text) }
        }
        let standardPort = tls == nil ? 5672 : 5671
        let hosts = hostAndPort.split(separator: ",", omittingEmptySubsequences: false)
        guard hosts.count <= Self.maxHosts else { throw AMQPURLError(text, "it has more than \(Self.maxHosts) hosts") }
        if hosts.count > 1, hosts.contains(where: \.isEmpty) { throw AMQPURLError(text, "a host is missing at a ','") }
        for host in hosts {
            let endpoint = try Self.readHost(host, standardPort: standardPort, in: text)
            guard !endpoints.contains(endpoint) else { throw AMQPURLError(text, "it has one host twice") }
            endpoints.append(endpoint)
        }
    }

    /// The most hosts.
    private static let maxHosts = 64
    /// Who is meant where none is named.
    private static let standardHost = "localhost"

    private static func readHost(
        _ hostAndPort: Substring, standardPort: Int, in text: String
    ) throws(AMQPURLError) -> Endpoint {
        var (host, number) = (standardHost, standardPort)
        var port: Substring?
        if hostAndPort.hasPrefix("[") {
            guard let bracket = hostAndPort.firstIndex(of: "]") else { throw AMQPURLError(text, "']' is missing") }
            host = String(hostAndPort[hostAndPort.index(after: hostAndPort.startIndex)..<bracket])
            let behind = hostAndPort[hostAndPort.index(after: bracket)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { throw AMQPURLError(text, "':' is missing behind ']'") }
            if !behind.isEmpty { port = behind.dropFirst() }
        } else {
            let parts = hostAndPort.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw AMQPURLError(text, "an IPv6 address needs brackets: [::1]") }
            if let name = parts.first, !name.isEmpty { host = try decode(name, in: text) }
            if parts.count == 2 { port = parts[1] }
        }
        guard !host.isEmpty else { throw AMQPURLError(text, "the host is empty") }
        if let port, !port.isEmpty {
            guard port.utf8.allSatisfy(isDigit), let value = UInt16(port), value > 0 else {
                // It is not repeated, since it may be a password: one that holds a '/', or has no '@' behind it.
                throw AMQPURLError(text, "what follows the host's ':' is not a port (in a password, write '/' as %2F)")
            }
            number = Int(value)
        }
        return Endpoint(host: host, port: number)
    }

    private mutating func readQuery(_ query: Substring, in text: String) throws(AMQPURLError) {
        for parameter in query.split(separator: "&") {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = try Self.decode(pair.count == 2 ? pair[1] : "", in: text)
            let number = value.utf8.allSatisfy(Self.isDigit) ? UInt32(value) : nil
            switch pair[0] {
            case "heartbeat":
                guard let seconds = number.flatMap(UInt16.init(exactly:)) else {
                    throw AMQPURLError(text, "heartbeat takes 0 to 65535 seconds, not '\(value)'")
                }
                heartbeat = seconds
            case "frame_max":
                // AMQP 0-9-1, 4.2.3: the smallest frame-max that a peer may propose is 4096; 0 is no wish.
                guard let number, number >= Negotiation.minFrameMax || number == 0 else {
                    throw AMQPURLError(text, "frame_max takes 4096 bytes or more, not '\(value)'")
                }
                frameMax = number == 0 ? nil : number
            case "channel_max":
                guard let channels = number.flatMap(UInt16.init(exactly:)) else {
                    throw AMQPURLError(text, "channel_max takes 0 to 65535, not '\(value)'")
                }
                channelMax = channels == 0 ? nil : channels
            case "connection_timeout":
                guard let number, (1...3_600_000).contains(number) else {
                    throw AMQPURLError(text, "connection_timeout takes 1 to 3600000 milliseconds, not '\(value)'")
                }
                connectionTimeout = number
            case "auth_mechanism":
                guard let mechanism = Mechanism(rawValue: value.uppercased()) else {
                    throw AMQPURLError(text, "auth_mechanism takes plain or external, not '\(value)'")
                }
                self.mechanism = mechanism
            case "cacertfile", "certfile", "keyfile", "verify", "server_name_indication":
                try readSecurity(pair[0], value, in: text)
            default:
                throw AMQPURLError(text, "the parameter '\(pair[0])' is unknown; known are \(Self.parameters)")
            }
        }
    }

    /// Reads one of the parameters of TLS.
    private mutating func readSecurity(_ name: Substring, _ value: String, in text: String) throws(AMQPURLError) {
        guard tls != nil else { throw AMQPURLError(text, "\(name) means TLS; write amqps:// instead of amqp://") }
        guard !value.isEmpty else { throw AMQPURLError(text, "\(name) has no value") }
        switch name {
        case "cacertfile": tls?.trustRootsFile = value
        case "certfile": tls?.certificateFile = value
        case "keyfile": tls?.keyFile = value
        case "verify":
            guard value == "verify_peer" || value == "verify_none" else {
                throw AMQPURLError(text, "verify takes verify_peer or verify_none, not '\(value)'")
            }
            tls?.verifiesPeer = value == "verify_peer"
        default: tls?.serverName = value
        }
    }

    private static let parameters =
        "heartbeat, frame_max, channel_max, connection_timeout, auth_mechanism and, with amqps, cacertfile, certfile, "
        + "keyfile, verify, server_name_indication"

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The parameters of a URL whose RabbitMQ has that certificate, and asks for a client's where it is with one.
    static func query(trusting certificate: ServerCertificate) -> String {
        let name = certificate.client == nil ? certificate.name : certificate.mutualName
        var parameters = [("cacertfile", certificate.authorityFile), ("server_name_indication", name)]
        if let client = certificate.client {
            parameters += [("certfile", client.certificateFile), ("keyfile", client.keyFile)]
        }
        return parameters.map { "\($0)=\(encode($1))" }.joined(separator: "&")
    }

    /// Percent-encodes what is not unreserved (RFC 3986, 2.3).
    private static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                String(Unicode.Scalar(byte))
            default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    /// Percent-decodes a part (RFC 3986, 2.1).
    private static func decode(_ part: Substring, in text: String) throws(AMQPURLError) -> String {
        guard part.utf8.contains(UInt8(ascii: "%")) else { return String(part) }
        var bytes: [UInt8] = []
        var rest = part.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digitValue), let low = rest.popFirst().flatMap(digitValue) else {
                throw AMQPURLError(text, "'%' is not followed by two hexadecimal digits; write it as %25")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw AMQPURLError(text, "its percent-encoded bytes are not UTF-8")
        }
        return decoded
    }

    private static func digitValue(_ digit: UInt8) -> UInt8? {
        Character(Unicode.Scalar(digit)).hexDigitValue.map(UInt8.init)
    }
}

/// A text that is not an AMQP URL, and why.
package struct AMQPURLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what is wanted; a password in the URL is not repeated.
    package var description: String

    init(_ text: String, _ reason: String) {
        description = "'\(Self.shown(text))' is not an AMQP URL: \(reason). Write amqp://USER:PASSWORD@HOST:PORT/VHOST."
    }

    /// The text without what is, or may be, a password.
    private static func shown(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text.contains("@") ? "..." : text }
        // What has no '@' may have a password all the same, and lack the host.
        let isPlain = text.contains("@") || !text[scheme.upperBound...].contains(":")
        return isPlain ? text.hidingPasswords : text[..<scheme.upperBound] + "..."
    }
}
