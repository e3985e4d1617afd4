import Foundation
import RabbitMQScope
import Testing

/// Names with several addresses, of which one answers: `localhost` is ::1 and 127.0.0.1 on many machines.
@Suite(.rabbitMQ, .timeLimit(.minutes(2)))
struct NamesTests {
    @Test("both halves of every transport go on to the address that answers")
    func oneAnswers() async throws {
        try await withTemporaryFolder { folder in
            let hosts = folder.appending(path: "hosts")
            try Data("::1 localhost\n127.0.0.1 localhost\n".utf8).write(to: hosts)
            // For this program alone, in a mount namespace of its own.
            let program = Program(
                path: "/usr/bin/unshare",
                arguments: [
                    "--mount", "sh", "-c", "mount --bind \"$0\" /etc/hosts && exec \"$@\"", hosts.path,
                    Program.brokerlab.path,
                ])
            func byName(_ target: String) -> String { target.replacing("127.0.0.1", with: "localhost") }
            let url = byName(try RabbitMQScope.url)
            let transports = ["tcp", "netrpc", "grpc", "http"]
            try await withLogger(
                transports, arguments: ["--amqp", url, "--amqp-queue", "by-name"], program: program
            ) { logger in
                for transport in transports + ["amqp"] {
                    let target = transport == "amqp" ? url : byName(try #require(logger.targets[transport]))
                    let sent = try await runProgram(
                        program, ["send", "--transport", transport, "--to", target, "--name", transport, "--data", "x"])
                    #expect(sent.exitCode == 0, "\(transport): \(sent.errors.text)")
                }
                let names = try await logger.entries(atLeast: transports.count + 1).map(\.name)
                #expect(Set(names) == Set(transports + ["amqp"]))
            }
        }
    }
}
