import Testing

@testable import RabbitMQNode

/// What a node is told, and what one that did not start has said.
struct NodeFolderTests {
    @Test(arguments: [
        ("\u{1b}[38;5;160m2026 [error] \u{1b}[0m no\u{1b}[1m!\n", "2026 [error]  no!\n"),
        ("plain\ttext\n", "plain\ttext\n"),
        ("\u{1b}", ""), ("\u{1b}[", ""), ("a\rb\u{7}", "ab"),
    ])
    func isShownWithoutColours(_ log: String, _ shown: String) {
        #expect(NodeFolder.plain(log) == shown)
    }

    @Test func asksForACertificateByOneNameOnly() {
        func options(_ name: String?) -> RabbitMQOptions {
            RabbitMQOptions(
                tls: .init(
                    authorityFile: "/a \"b\"/ca.pem", certificateFile: "/s\\.pem", keyFile: "/s.key", mutualName: name))
        }
        #expect(!NodeFolder.advancedConfiguration(RabbitMQOptions()).contains("ssl_options"))
        #expect(!NodeFolder.advancedConfiguration(options(nil)).contains("ssl_options"))
        let terms = NodeFolder.advancedConfiguration(options("mutual.localhost"))
        for term in [
            #"{cacertfile, "/a \"b\"/ca.pem"}"#, #"{certfile, "/s\\.pem"}"#, "{verify, verify_none}", "['tlsv1.3']",
            #"{sni_hosts, [{"mutual.localhost", [{verify, verify_peer}, {fail_if_no_peer_cert, true}]}]}"#,
        ] {
            #expect(terms.contains(term), "\(term)")
        }
    }
}
