import Glibc
import Testing

/// `brokerlab rabbitmq`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct RabbitMQCommandTests {
    private struct NodeLine: Decodable {
        var pid: Int32
    }

    @Test("Says that its node was killed, and ends")
    func killed() async throws {
        let started = StartedProcesses()
        let finished = try await withProgram(
            .brokerlab.with(environment: started.environment), ["rabbitmq"], limit: .seconds(90), isStopped: false
        ) { program in
            let node = try await program.line(NodeLine.self)
            #expect(kill(node.pid, SIGKILL) == 0)
        }
        expectOneClearLine(finished, mentioning: ["RabbitMQ", "ended by signal 9"])
        #expect(finished.exitCode == 69)
        #expect(try await started.areGone(StartedProcesses.Observed()))
    }
}
