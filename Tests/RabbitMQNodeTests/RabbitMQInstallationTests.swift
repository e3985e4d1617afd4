import Testing

@testable import RabbitMQNode

/// Which RabbitMQ is used, and what is said where there is none.
struct RabbitMQInstallationTests {
    @Test func isFoundWithoutASearchPath() throws {
        let found = try RabbitMQInstallation.find(named: nil, searchPath: "")
        #expect(found.version.split(separator: ".").count == 3)
        #expect(found.script.hasSuffix("/sbin/rabbitmq-server"))
    }

    @Test(arguments: ["/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/sbin/rabbitmq-server", ""])
    func canBeNamed(_ script: String) throws {
        let named = try RabbitMQInstallation.find(named: script, searchPath: "")
        #expect(try named == RabbitMQInstallation.find(named: nil, searchPath: ""))
    }

    @Test(arguments: ["/nonexistent", "/bin/sh", "/usr/lib/rabbitmq/bin", "rabbitmq-server", "\u{0}"])
    func isMissingWhereTheNameIsUnusable(_ script: String) throws {
        let error = #expect(throws: RabbitMQNodeError.self) {
            try RabbitMQInstallation.find(named: script, searchPath: "/usr/sbin")
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("RabbitMQ is missing: BROKERLAB_RABBITMQ_SERVER is '\(script)'"))
        #expect(text.hasSuffix("apt-get install rabbitmq-server"))
        #expect(!text.contains("\n"))
    }
}
