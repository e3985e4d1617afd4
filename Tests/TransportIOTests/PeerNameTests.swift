import Foundation
import NIOSSL
import Testing

@testable import TransportIO

/// Whose certificate is taken, beside the verdicts of `openssl verify -verify_hostname` and `-verify_ip`.
@Suite(.timeLimit(.minutes(1))) struct PeerNameTests {
    private static let names = [
        "localhost", "example.org", "EXAMPLE.ORG", "www.example.org", "foo.example.org", "a.b.example.org",
        "xn--bcher-kva.example.org", "org", "example.com", "_dmarc.example.org", "127.0.0.1", "127.0.0.2", "::1", "::2",
        "::ffff:127.0.0.1",
    ]
    private static let certificates = [
        "DNS:localhost", "DNS:example.org", "DNS:Example.Org", "DNS:*.example.org", "DNS:*.org", "DNS:*", "DNS:*.",
        "DNS:www.*.org", "DNS:a.*.example.org", "DNS:*.*.example.org", "DNS:xn--bcher-kva.example.org",
        "DNS:xn--*.example.org", "DNS:127.0.0.1", "DNS:*.0.0.1", "IP:127.0.0.1", "IP:::1", "DNS:localhost,IP:127.0.0.1",
        "DNS:example.com,DNS:www.example.org", "email:a@example.org", "URI:https://example.org/",
        "DNS:example.org.", "DNS:.example.org",
    ]

    @Test(arguments: certificates) func likeOpenSSL(_ subjectAltName: String) throws {
        try withCertificate(subjectAltName) { file, certificate in
            for name in Self.names {
                let option = name.contains(":") || name.hasPrefix("127.") ? "-verify_ip" : "-verify_hostname"
                let verdict = try openssl(["verify", "-CAfile", file, option, name, file]) == 0
                #expect(try PeerName(name).isBorne(by: certificate) == verdict, "\(subjectAltName) for \(name)")
            }
        }
    }

    /// What RFC 9525 forbids and openssl allows unless it is told otherwise.
    @Test func stricterThanOpenSSL() throws {
        // 6.3: no wildcard as a part of a label.
        for partial in ["DNS:f*.example.org", "DNS:*o.example.org", "DNS:f*o.example.org"] {
            try withCertificate(partial) { _, certificate in
                let isBorne = try PeerName("foo.example.org").isBorne(by: certificate)
                #expect(!isBorne, "\(partial)")
            }
        }
        // 2: the common name is not looked at.
        for subjectAltName in [nil, "DNS:example.com"] {
            try withCertificate(subjectAltName, subject: "/CN=example.org") { _, certificate in
                let isBorne = try PeerName("example.org").isBorne(by: certificate)
                #expect(!isBorne)
            }
        }
    }

    /// A name that ends with a dot is the same name (RFC 1034, 3.1); the zone of an address is none of the peer's business.
    @Test func spellings() throws {
        try withCertificate("DNS:example.org,IP:fe80::1") { _, certificate in
            for name in ["example.org.", "fe80::1%lo", "fe80:0::1"] {
                let isBorne = try PeerName(name).isBorne(by: certificate)
                #expect(isBorne, "\(name)")
            }
            #expect(certificate.namesInWords == "example.org, fe80::1")
        }
        #expect(try PeerName("Example.org.").serverNameIndication == "example.org")
        #expect(try PeerName("127.0.0.1").serverNameIndication == nil)
        for none in [
            "", ".", "a..b", "bücher.example", "a b", String(repeating: "a", count: 64), "a*b", "*.example.org",
        ] {
            #expect(throws: TLSFailure.self, "\(none)") { try PeerName(none) }
        }
    }

    // MARK: openssl

    private func withCertificate(
        _ subjectAltName: String?, subject: String = "/CN=x", _ body: (String, NIOSSLCertificate) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "names-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "certificate.pem").path
        let names = subjectAltName.map { ["-addext", "subjectAltName=\($0)"] } ?? []
        let made = try openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                subject, "-keyout", file + ".key", "-out", file,
            ] + names)
        try #require(made == 0, "\(subjectAltName ?? "no name")")
        try body(file, try #require(try NIOSSLCertificate.fromPEMFile(file).first))
    }

    private func openssl(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
