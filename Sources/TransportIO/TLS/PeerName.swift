import Glibc
import NIOSSL

/// Who the peer's certificate has to be for: the name or the address that was asked for, and nothing else.
///
/// swift-nio-ssl by itself also takes a certificate for the address that a name happens to resolve to, and a common name where
/// there is no subjectAltName; neither says that the peer is who was asked for (RFC 9525, 6.3 and 6.4; RFC 6125, 6.4.4).
enum PeerName: Sendable, Hashable {
    /// A DNS name in lower-case ASCII, without a dot at its end.
    case name(String)
    /// The 4 or 16 bytes of an address.
    case address([UInt8])

    /// The longest DNS name, and the longest of its labels (RFC 1035, 2.3.4).
    private static let (maxName, maxLabel) = (253, 63)

    /// What a host is called by in a URL or an option, without brackets.
    /// - Throws: ``TLSFailure`` for what no certificate can be for.
    init(_ host: String) throws(TLSFailure) {
        // The zone of an IPv6 address is of no meaning elsewhere (RFC 6874).
        let unzoned = host.contains(":") ? host.prefix { $0 != "%" } : host[...]
        if let bytes = Self.address(String(unzoned), AF_INET, 4) ?? Self.address(String(unzoned), AF_INET6, 16) {
            self = .address(bytes)
            return
        }
        let name = (host.hasSuffix(".") ? String(host.dropLast()) : host).lowercased()
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw TLSFailure(
                "'\(host)' cannot be in a certificate. Write the name as it is in the DNS (xn--..., RFC 5890).")
        }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard name.utf8.count <= Self.maxName, labels.allSatisfy({ (1...Self.maxLabel).contains($0.count) }),
            name.utf8.allSatisfy({ Self.isNameByte($0) || $0 == UInt8(ascii: ".") })
        else { throw TLSFailure("'\(host)' is no name that a certificate can be for") }
        self = .name(name)
    }

    /// What the peer is told of it (RFC 6066, 3: a name, never an address).
    var serverNameIndication: String? {
        if case .name(let name) = self { name } else { nil }
    }

    /// Whether the certificate is for this name or address.
    func isBorne(by certificate: NIOSSLCertificate) -> Bool {
        certificate._subjectAlternativeNames().contains { presented in
            switch self {
            case .name(let name): presented.nameType == .dnsName && Self.matches(name, presented.contents)
            case .address(let bytes): presented.nameType == .ipAddress && presented.contents.elementsEqual(bytes)
            }
        }
    }

    /// Whether a dNSName of a certificate is `name`, or one whose wildcard stands for the name's first label.
    static func matches(_ name: String, _ presented: some Collection<UInt8>) -> Bool {
        let presented = presented.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        let name = Array(name.utf8)
        guard presented.first == UInt8(ascii: "*") else { return presented == name }
        // RFC 9525, 6.3: the wildcard is all of the left-most label, and the only one; it stands for one label. Two labels at
        // least have to follow, so that nobody is certified for all of a top-level domain. What no host in the DNS is called
        // (RFC 952) it does not stand for.
        let rest = presented.dropFirst()
        guard rest.first == UInt8(ascii: "."), rest.dropFirst().contains(UInt8(ascii: ".")),
            rest.allSatisfy({ isNameByte($0) || $0 == UInt8(ascii: ".") }),
            let dot = name.firstIndex(of: UInt8(ascii: ".")), dot > 0, !name[..<dot].contains(UInt8(ascii: "_"))
        else { return false }
        return name[dot...].elementsEqual(rest)
    }

    /// Letters, digits and hyphens; and underscores, which hosts of private networks bear.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func address(_ text: String, _ family: CInt, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// An address as it is written; nil where there are not 4 or 16 bytes.
    fileprivate static func text(ofAddress bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
            return nil
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension PeerName: CustomStringConvertible {
    var description: String {
        switch self {
        case .name(let name): "'\(name)'"
        case .address(let bytes): Self.text(ofAddress: bytes) ?? "that address"
        }
    }
}

extension NIOSSLCertificate {
    /// The names and addresses that the certificate is for, as many as fit a line.
    var namesInWords: String {
        let names = _subjectAlternativeNames().compactMap { name -> String? in
            switch name.nameType {
            case .dnsName: String(decoding: name.contents, as: UTF8.self)
            case .ipAddress: PeerName.text(ofAddress: Array(name.contents))
            default: nil
            }
        }
        let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
        return shown.isEmpty ? "no name (subjectAltName)" : shown
    }
}
