import Foundation
import RabbitMQNode
import Testing

/// `amqps` URLs for both halves, with a private RabbitMQ that listens with TLS only for certificates of one authority.
@Suite(.timeLimit(.minutes(3)))
struct AMQPSecurityTests {
    private static let count = 300

    @Test("Both halves over TLS, and what they say when it fails")
    func delivery() async throws {
        try await withCertificates { certificates in
            let port = try ReservedPort().release().split(separator: ":")[1]
            let options = RabbitMQOptions(configuration: [
                "listeners.ssl.1 = 127.0.0.1:\(port)", "ssl_options.cacertfile = \(certificates.authority)",
                "ssl_options.certfile = \(certificates.certificate)", "ssl_options.keyfile = \(certificates.key)",
                "ssl_options.verify = verify_peer", "ssl_options.fail_if_no_peer_cert = true",
            ])
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
            }
        }
    }
}
