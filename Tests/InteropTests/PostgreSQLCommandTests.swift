import Foundation
import Glibc
import Testing

/// `brokerlab postgresql`.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PostgreSQLCommandTests {
    private struct ServerLine: Decodable {
        var pid: Int32
        var url: String
    }

    @Test("Says that its server was killed, and ends")
    func killed() async throws {
        let started = StartedProcesses()
        let finished = try await withProgram(
            .brokerlab.with(environment: started.environment), ["postgresql"], isStopped: false
        ) { program in
            let server = try await program.line(ServerLine.self)
            #expect(kill(server.pid, SIGKILL) == 0)
        }
        expectOneClearLine(finished, mentioning: ["PostgreSQL", "ended by signal 9"])
        #expect(finished.exitCode == 69)
        #expect(try await started.areGone(StartedProcesses.Observed()))
    }

    @Test("However it ends, nothing is left", arguments: [SIGINT, SIGTERM, SIGKILL])
    func leavesNothing(_ signal: Int32) async throws {
        try await withTemporaryFolder { folder in
            chmod(folder.path, 0o711)
            var observed = StartedProcesses.Observed()
            let arguments = ["postgresql", "--directory", folder.path]
            try await withProgram(.brokerlab, arguments, isStopped: false) { program in
                _ = try await program.line(ServerLine.self)
                observed.processes = StartedProcesses().running(under: program.processID)
                #expect(observed.processes.count >= 4)
                #expect(kill(program.processID, signal) == 0)
            }
            // After a SIGKILL, the shell that watches over the server is told by the end of its pipe.
            let deadline = ContinuousClock.now + .seconds(20)
            func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
            while try !names().isEmpty, ContinuousClock.now < deadline { await Task.yield() }
            #expect(try names() == [])
            #expect(try await StartedProcesses().areGone(observed))
        }
    }
}
