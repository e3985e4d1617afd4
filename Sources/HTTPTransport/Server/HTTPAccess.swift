import Broker
import Glibc
import NIOCore
import TransportIO

/// Who may speak to an HTTP address: programs, but no page of another site that a browser shows; and where there is a token,
/// whoever has it.
///
/// A browser sends a page's requests to any address, also to those that only its own machine can reach. What the page cannot
/// choose tells: `Origin` and `Sec-Fetch-Site` say whose page it is, and `Host` says by which name it came to the address. A
/// page whose name was made to mean 127.0.0.1 (DNS rebinding) has an origin that is the address's own, but by that name.
struct HTTPAccess: Sendable {
    /// The names that the address has, in small letters, beside `localhost` and the addresses of loopback.
    private let names: Set<String>
    let token: BearerToken?

    /// Creates the rules of an address.
    /// - Parameter endpoint: where it was told to listen; nil for nowhere. No browser reaches a Unix domain socket, which has any
    ///   name.
    init(_ endpoint: Endpoint? = nil, token: BearerToken? = nil) {
        let host = endpoint?.host
        var names = Set([host?.lowercased()].compactMap(\.self))
        if let host, [Endpoint.everyHost, "0.0.0.0", "::"].contains(host) {
            names.insert(Self.machineName.lowercased())
        }
        self.names = names
        self.token = token
    }

    /// The name of this machine, by which its own programs may know it.
    private static var machineName: String {
        var name = [CChar](repeating: 0, count: Int(HOST_NAME_MAX) + 1)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether the value of a Host field names this address, by whatever port: there may be a tunnel in between.
    func isOwn(_ host: RawSpan) -> Bool {
        guard let name = Self.name(in: host.text(0..<host.byteCount).lowercased()) else { return false }
        if name == "localhost" || names.contains(name) { return true }
        return (try? SocketAddress(ipAddress: name, port: 0))?.isLoopback ?? false
    }

    /// The host of a host with a port; nil where that is not what it is.
    private static func name(in host: String) -> String? {
        let name: Substring
        let port: Substring
        if host.hasPrefix("[") {
            guard let bracket = host.firstIndex(of: "]") else { return nil }
            name = host[..<bracket].dropFirst()
            port = host[bracket...].dropFirst()
        } else {
            let colon = host.firstIndex(of: ":") ?? host.endIndex
            name = host[..<colon]
            port = host[colon...]
        }
        guard port.isEmpty || port.first == ":" && port.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return String(name)
    }

    /// Whether the value of an Origin field is that of a page from this address: the scheme, and the Host that the request
    /// has itself (RFC 6454, 6.2).
    static func isOrigin(_ origin: RawSpan, of host: RawSpan) -> Bool {
        let scheme =
            if origin.byteCount > 7, origin.matches(0..<7, "http://") {
                7
            } else if origin.byteCount > 8, origin.matches(0..<8, "https://") {
                8
            } else {
                origin.byteCount
            }
        guard host.byteCount > 0, origin.byteCount &- scheme == host.byteCount else { return false }
        for index in 0..<host.byteCount where origin[scheme &+ index].inSmallLetters != host[index].inSmallLetters {
            return false
        }
        return true
    }

    /// Whether a browser says that its user, or a page of this very address, has made the request (Fetch Metadata, 2.3).
    static func isOwnSite(_ site: RawSpan) -> Bool {
        site.matches(0..<site.byteCount, "same-origin") || site.matches(0..<site.byteCount, "none")
    }
}

extension HTTPFault {
    static let foreignHost = HTTPFault(
        421, "the Host is not one of this address: ask for localhost, 127.0.0.1 or the name it was told to listen at")
    static let foreignPage = HTTPFault(403, "pages of other sites may not ask anything here")
    static let noToken = HTTPFault(401, "the token is missing or wrong: send Authorization: Bearer TOKEN")

    /// Whether the request is refused for who has sent it, whatever it brings.
    var isOfAccess: Bool { [401, 403, 421].contains(status) }
}
