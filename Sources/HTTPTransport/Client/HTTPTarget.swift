import Broker

/// Where requests go: `http://host:port/path`, or `host:port` for the contract's `/log`.
struct HTTPTarget: Hashable {
    var endpoint: Endpoint
    var path: String

    /// The value of the Host field.
    var authority: String { endpoint.port == 80 ? String(endpoint.description.dropLast(3)) : endpoint.description }

    /// - Throws: ``EndpointError`` when the text is of neither form, ``TransportError`` for a scheme other than http.
    init(parsing text: String) throws {
        var rest = text[...]
        if let scheme = text.range(of: "://") {
            guard text[..<scheme.lowerBound].lowercased() == "http" else {
                throw TransportError(
                    .notSent, "'\(text)' is not an http:// URL. For TLS, give one all the same, and --tls with it.")
            }
            rest = text[scheme.upperBound...]
        }
        let slash = rest.firstIndex(of: "/")
        let authority = rest[..<(slash ?? rest.endIndex)]
        path = slash.map { String(rest[$0...]) } ?? "/log"
        let isPath = path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
        guard isPath else { throw Self.error(text) }
        let hasPort = authority.last != "]" && authority.contains(":")
        let isURL = rest.startIndex != text.startIndex
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
            text: text, lacks: lacks, form: "http://HOST:PORT/PATH, as in http://127.0.0.1:8080/log, or HOST:PORT")
    }
}

extension String {
    /// The first occurrence of `needle`.
    fileprivate func range(of needle: String) -> Range<Index>? {
        ranges(of: needle).first
    }
}
