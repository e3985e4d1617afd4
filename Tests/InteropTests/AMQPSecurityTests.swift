import Foundation
import MachineTestKit
import RabbitMQNode
import Testing

/// Who may log in, and how: `amqps` URLs for both halves, with a private RabbitMQ that takes certificates of one authority,
/// and a RabbitMQ that wants another login.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct AMQPSecurityTests {
    private static let count = 300

    /// What makes a RabbitMQ listen with TLS, for clients with a certificate of the same authority.
    private func configuration(_ certificates: Certificates, port: Substring) -> [String] {
        [
            "listeners.ssl.1 = 127.0.0.1:\(port)", "ssl_options.cacertfile = \(certificates.authority)",
            "ssl_options.certfile = \(certificates.certificate)", "ssl_options.keyfile = \(certificates.key)",
            "ssl_options.verify = verify_peer", "ssl_options.fail_if_no_peer_cert = true",
        ]
    }

    @Test("Both halves over TLS, and what they say when it fails")
    func delivery() async throws {
        try await withCertificates { certificates in
            let port = try ReservedPort().release().split(separator: ":")[1]
            let options = RabbitMQOptions(configuration: configuration(certificates, port: port))
            try await withRabbitMQ(options) { _ in
                let trust = "cacertfile=\(certificates.authority)"
                let own = "certfile=\(certificates.certificate)&keyfile=\(certificates.key)"
                let base = "amqps://guest:guest@localhost:\(port)"
                let url = "\(base)/%2F?\(trust)&\(own)"
                try await withLogger([], arguments: ["--amqp", url, "--amqp-queue", "secure"]) { logger in
                    let finished = try await send("amqp", to: url, count: Self.count, json: true)
                    #expect(finished.exitCode == 0, "\(finished.errors.text)")
                    let entries = try await logger.entries(atLeast: Self.count)
                    #expect(entries.count == Self.count)
                    #expect(Set(entries.map(\.plain)) == [PlainEntry(name: Sample.name, data: Sample.data)])
                }
                let unknown = "\(base)/%2F?cacertfile=\(certificates.stranger)&\(own)"
                let words = ["localhost:\(port)", "not trusted", "cacertfile"]
                expectOneClearLine(try await send("amqp", to: unknown), mentioning: words)
                let logger = try await runProgram(.brokerlab, ["logger", "--amqp", unknown, "--amqp-queue", "secure"])
                expectOneClearLine(logger, mentioning: words)
                let unverified = "\(base)/%2F?verify=verify_none&\(own)"
                #expect(try await send("amqp", to: unverified).exitCode == 0)
                expectOneClearLine(
                    try await send("amqp", to: "\(base)/%2F?\(trust)"), mentioning: ["certificate"])
                // The certificate is one for localhost.
                let byAddress = "amqps://guest:guest@127.0.0.1:\(port)/%2F?\(trust)&\(own)"
                #expect(try await send("amqp", to: "\(byAddress)&server_name_indication=localhost").exitCode == 0)
                expectOneClearLine(try await send("amqp", to: byAddress), mentioning: ["127.0.0.1:\(port)"])
            }
        }
    }

    @Test("A RabbitMQ of one's own asks those for a certificate that call it by one name, and nobody else")
    func mutualName() async throws {
        try await withCertificates { certificates in
            let name = "mutual.localhost"
            let both = try await certificates.certificate(for: "DNS:localhost,DNS:\(name)")
            let options = RabbitMQOptions(
                tls: .init(
                    authorityFile: certificates.authority, certificateFile: both, keyFile: certificates.key,
                    mutualName: name))
            try await withRabbitMQ(options) { node in
                let port = try #require(node.tlsPort)
                let usual = "amqps://guest:guest@localhost:\(port)/%2F?cacertfile=\(certificates.authority)"
                let mutual = "\(usual)&server_name_indication=\(name)"
                let own = "\(mutual)&certfile=\(certificates.certificate)&keyfile=\(certificates.key)"
                try await withLogger([], arguments: ["--amqp", own, "--amqp-queue", "mutual"]) { logger in
                    for url in [usual, own] {
                        let finished = try await send("amqp", to: url)
                        #expect(finished.exitCode == 0, "\(finished.errors.text)")
                    }
                    expectOneClearLine(
                        try await send("amqp", to: mutual), mentioning: ["asks for a certificate", "certfile"])
                    let strange = "\(mutual)&certfile=\(certificates.stranger)&keyfile=\(certificates.strangerKey)"
                    expectOneClearLine(try await send("amqp", to: strange), mentioning: ["this side's certificate"])
                    #expect(try await logger.entries(atLeast: 2).count == 2)
                }
            }
        }
    }

    /// RabbitMQ takes the common name for the user (rabbitmq_auth_mechanism_ssl), and offers no login with a password.
    @Test("EXTERNAL: the certificate is the login")
    func external() async throws {
        try await withCertificates { certificates in
            let port = try ReservedPort().release().split(separator: ":")[1]
            let login = ["auth_mechanisms.1 = EXTERNAL", "ssl_cert_login_from = common_name"]
            let options = RabbitMQOptions(
                configuration: configuration(certificates, port: port) + login, plugins: ["rabbitmq_auth_mechanism_ssl"]
            )
            try await withRabbitMQ(options) { _ in
                let own = "certfile=\(certificates.certificate)&keyfile=\(certificates.key)"
                let query = "cacertfile=\(certificates.authority)&\(own)"
                // A wrong password, which is not to be sent.
                let base = "amqps://guest:wrong@localhost:\(port)/%2F?\(query)"
                let url = base + "&auth_mechanism=external"
                try await withLogger([], arguments: ["--amqp", url, "--amqp-queue", "external"]) { logger in
                    let finished = try await send("amqp", to: url, count: Self.count, json: true)
                    #expect(finished.exitCode == 0, "\(finished.errors.text)")
                    #expect(try await logger.entries(atLeast: Self.count).count == Self.count)
                }
                expectOneClearLine(try await send("amqp", to: base), mentioning: ["PLAIN", "EXTERNAL"])
            }
        }
    }

    @Test("A RabbitMQ that takes nothing but AMQPLAIN is refused clearly")
    func amqplain() async throws {
        let options = RabbitMQOptions(configuration: ["auth_mechanisms.1 = AMQPLAIN"])
        try await withRabbitMQ(options) { node in
            let words = ["does not offer the login mechanism PLAIN, but AMQPLAIN", "auth_mechanisms"]
            expectOneClearLine(try await send("amqp", to: node.url), mentioning: words)
            expectOneClearLine(try await runProgram(.brokerlab, ["logger", "--amqp", node.url]), mentioning: words)
        }
        let asked = try await send("amqp", to: "amqp://localhost?auth_mechanism=amqplain")
        expectOneClearLine(asked, mentioning: ["auth_mechanism takes plain or external, not 'amqplain'"])
    }
}
