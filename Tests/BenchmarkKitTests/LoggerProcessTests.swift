import Foundation
import Glibc
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("The logger's process")
struct LoggerProcessTests {
    /// What a logger says when it is ready, and then what it does.
    private static func script(_ rest: String) -> LoggerCommand {
        let words = """
            echo '{"transport":"http","target":"127.0.0.1:4"}'
            echo 'something else'
            echo '{"transport":"amqp","target":"amqp://127.0.0.1:5"}'
            echo '{"ready":true}'
            """
        return LoggerCommand(executable: "/bin/sh", arguments: ["-c", words + "\n" + rest])
    }

    @Test("lines of standard output are understood")
    func lines() {
        #expect(
            PartyLine(#"{"transport":"http","target":"127.0.0.1:41234"}"#)
                == .address(transport: "http", target: "127.0.0.1:41234"))
        #expect(PartyLine(#"{"ready":true}"#) == .ready())
        #expect(PartyLine(#"{"ready":false}"#) == .other)
        #expect(PartyLine("") == .other)
        #expect(PartyLine("[1]") == .other)
    }

    @Test("tells its addresses, and is gone afterwards")
    func addresses() async throws {
        let pid = try await LoggerProcess.run(Self.script("exec cat")) { logger in
            #expect(logger.targets == ["http": "127.0.0.1:4", "amqp": "amqp://127.0.0.1:5"])
            #expect(kill(logger.pid, 0) == 0)
            // A process group of its own, so that Ctrl-C is not for it.
            #expect(getpgid(logger.pid) == logger.pid)
            return logger.pid
        }
        #expect(kill(pid, 0) == -1)
    }

    @Test("is gone after an error, which is passed on")
    func error() async throws {
        let pid = Collected<Int32>()
        await #expect(throws: BenchmarkError("no")) {
            try await LoggerProcess.run(Self.script("exec cat")) { logger in
                pid.set(logger.pid)
                throw BenchmarkError("no")
            }
        }
        #expect(kill(try #require(pid.value), 0) == -1)
    }

    @Test("is gone after a cancellation")
    func cancellation() async throws {
        let pid = Collected<Int32>()
        let (running, sink) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await LoggerProcess.run(Self.script("exec cat")) { logger in
                pid.set(logger.pid)
                sink.yield()
                try await Task.sleep(for: .seconds(60))
            }
        }
        for await _ in running { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(kill(try #require(pid.value), 0) == -1)
    }

    @Test("is gone after a cancellation before it was ready")
    func earlyCancellation() async throws {
        let task = Task {
            try await LoggerProcess.run(LoggerCommand(executable: "/bin/cat", arguments: [])) { _ in }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("holds its standard input until the end, so that a logger can tell when the benchmark has gone")
    func standardInput() async throws {
        let input = Collected<String>()
        try await LoggerProcess.run(Self.script("exec cat")) { logger in
            let pipe = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(logger.pid)/fd/0")
            input.set(pipe)
            #expect(Self.canWrite(to: pipe))
        }
        #expect(!Self.canWrite(to: try #require(input.value)))
    }

    /// Whether this process holds the end of a pipe, by its name in `/proc`, into which it can write.
    private static func canWrite(to pipe: String) -> Bool {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return descriptors.contains { descriptor in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
            guard target == pipe, let number = Int32(descriptor) else { return false }
            return fcntl(number, F_GETFL) & O_ACCMODE != O_RDONLY
        }
    }

    @Test("that ends before it is ready is told with its last words")
    func endsAtOnce() async throws {
        let command = LoggerCommand(
            executable: "/bin/sh", arguments: ["-c", "echo first >&2; echo 'port 5001 is in use' >&2; exit 1"])
        let error = try await #require(throws: BenchmarkError.self) {
            try await LoggerProcess.run(command) { _ in }
        }
        #expect(
            error.description
                == "the logger ended before it was ready (exit code 1). Its last words:\n  first\n  port 5001 is in use"
        )
    }

    @Test("that dies meanwhile ends what needs it, with its last words")
    func dies() async throws {
        let error = try await #require(throws: BenchmarkError.self) {
            try await LoggerProcess.run(Self.script("echo 'out of memory' >&2")) { _ in
                try await Task.sleep(for: .seconds(60))
            }
        }
        #expect(
            error.description
                == "the logger ended in the middle of the benchmark (exit code 0). Its last words:\n  out of memory")
    }

    @Test("that is never ready is not waited for without end")
    func neverReady() async throws {
        let error = try await #require(throws: BenchmarkError.self) {
            try await LoggerProcess.run(
                LoggerCommand(executable: "/bin/cat", arguments: []), readyLimit: .milliseconds(20)
            ) { _ in }
        }
        #expect(error.description == "the logger was not ready within 0 s.")
    }

    @Test("that does not exist is told as such")
    func missing() async throws {
        let error = try await #require(throws: BenchmarkError.self) {
            try await LoggerProcess.run(LoggerCommand(executable: "/no/such/logger", arguments: [])) { _ in }
        }
        #expect(error.description.hasPrefix("cannot start the logger '/no/such/logger': "))
        #expect(!error.description.contains("\n"))
    }

    @Test("only the last of many words are kept")
    func lastLines() {
        var lines = LastLines()
        for number in 1...100 { lines.append("line \(number)\n") }
        lines.append("")
        #expect(lines.lines.count == LastLines.limit)
        #expect(lines.lines.last == "line 100")
        #expect(LastLines().asQuotation == "")
    }
}
