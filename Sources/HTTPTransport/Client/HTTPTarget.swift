import Broker

/// Where requests go: `http://host:port/path`, or `host:port` for the contract's `/log`; the contract's `/handle` is a
/// broker's; for a Unix domain socket `http://unix:/run/logger.sock:/path`, as nginx writes it, or `unix:/run/logger.sock`.
struct HTTPTarget: Hashable {
    var endpoint: Endpoint
    var path: String

    /// Whether it is a broker's `/handle`, which takes entries as actions.
    var takesActions: Bool { path.prefix { $0 != "?" }.hasSuffix("/handle") }

    /// The value of the Host field.
    var authority: String { endpoint.port == 80 ? String(endpoint.authority.dropLast(3)) : endpoint.authority }

    /// - Throws: ``EndpointError`` when the text is of neither form, ``TransportError`` for a scheme other than http.
    init(parsing text: String) throws {
        var rest = text[...]
        if !UnixSocketName.isMeant(by: text), let scheme = text.firstRange(of: "://") {
            guard text[..<scheme.lowerBound].lowercased() == "http" else {
                throw TransportError(
                    .notSent, "'\(text)' is not an http:// URL. For TLS, give one all the same, and --tls with it.")
            }
            rest = text[scheme.upperBound...]
        }
        let isURL = rest.startIndex != text.startIndex
        let isUnix = UnixSocketName.isMeant(by: rest)
        // A socket's path has slashes itself: that of a URL is behind the next colon.
        let colon = isUnix && isURL ? rest.dropFirst("unix:".count).firstRange(of: ":/")?.lowerBound : nil
        let slash = isUnix ? colon.map { rest.index(after: $0) } : rest.firstIndex(of: "/")
        let authority = rest[..<(colon ?? slash ?? rest.endIndex)]
        path = slash.map { String(rest[$0...]) } ?? "/log"
        let isPath = path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
        guard isPath else { throw Self.error(text) }
        if isUnix {
            endpoint = try Endpoint(parsing: String(authority))
            return
        }
        let hasPort = authority.last != "]" && authority.contains(":")
        // RFC 9110, 4.2.1: an http URI with an empty host is refused.
        let hasHost = !authority.isEmpty && !authority.hasPrefix(":")
        guard hasHost || !isURL else { throw Self.error(text, lacks: "a host") }
        do {
            endpoint = try Endpoint(parsing: hasPort || !isURL ? String(authority) : authority + ":80")
        } catch {
            throw Self.error(text, lacks: authority.isEmpty ? "a host" : hasPort || isURL ? nil : "a port")
        }
    }

    private static func error(_ text: String, lacks: String? = nil) -> EndpointError {
        EndpointError(
            text: text, lacks: lacks,
            form: "http://HOST:PORT/PATH, as in http://127.0.0.1:8080/log, or HOST:PORT, or unix:/PATH")
    }
}
