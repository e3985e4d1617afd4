import Foundation
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

    @Test(arguments: [("3.7.28", false), ("2.8.7", false), ("3.8.0", true), ("4.1.0", true)])
    func isRefusedWhenItIsTooOld(_ version: String, _ isTaken: Bool) throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "brokerlab-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: home) }
        for folder in ["sbin", "plugins/rabbit-\(version)"] {
            try FileManager.default.createDirectory(at: home.appending(path: folder), withIntermediateDirectories: true)
        }
        let script = home.appending(path: "sbin/rabbitmq-server").path
        #expect(FileManager.default.createFile(atPath: script, contents: nil, attributes: [.posixPermissions: 0o755]))
        guard !isTaken else {
            #expect(try RabbitMQInstallation.find(named: script, searchPath: "").version == version)
            return
        }
        let error = #expect(throws: RabbitMQNodeError.self) {
            try RabbitMQInstallation.find(named: script, searchPath: "")
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("RabbitMQ \(version) in \(home.path) is too old; 3.8 or later is needed"))
        #expect(text.hasSuffix("apt-get install rabbitmq-server"))
        #expect(!text.contains("\n"))
    }
}
