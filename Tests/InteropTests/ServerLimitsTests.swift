import Foundation
import MachineTestKit
import Testing

/// What clients may take of the real program: file descriptors, connections, memory and time.
@Suite(.timeLimit(.minutes(2)))
struct ServerLimitsTests {
    private static let health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"

    /// The peak of a process's memory, in MiB.
    private func peak(_ program: RunningProgram) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) / 1024
    }

    /// The time that a process has worked, in seconds.
    private func work(_ program: RunningProgram) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(program.processID)/stat", encoding: .utf8)
        let fields = try #require(text.split(separator: ")").last).split(separator: " ")
        let ticks = try #require(Int(fields[11])) + #require(Int(fields[12]))
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func waitForNotice(_ program: RunningProgram, _ words: String) async throws {
        _ = try await program.errors.wait(for: words) { lines in lines.first { $0.contains(words) } }
    }

    @Test("Without file descriptors the logger waits, says so once, and goes on when there are some")
    func descriptors() async throws {
        let few = Program(path: "/bin/sh", arguments: ["-c", #"ulimit -n 64; exec "$0" "$@""#, Program.brokerlab.path])
        let limits = ["--max-connections", "1000", "--idle-timeout", "1"]
        try await withLogger(["tcp"], arguments: limits, program: few) { logger in
            var sockets = try (0..<90).map { _ in try RawSocket(to: logger.targets["tcp"]!) }
            try await waitForNotice(logger.program, "all 64 file descriptors of this process are in use")
            let (start, before) = (ContinuousClock.now, try work(logger.program))
            // What is looked for is that nothing happens until one of them has been idle for so long that it is ended.
            #expect(try await sockets[0].hearAll() == "")
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            #expect(try work(logger.program) - before < elapsed / 2)
            #expect(logger.program.errors.lines.count == 1)
            sockets = []
            #expect(try await logger.isHealthy() && sockets.isEmpty)
        }
    }

    @Test("A connection too many, in all or from one address, is closed at once")
    func connections() async throws {
        let limits = ["--max-connections", "6", "--max-connections-per-address", "4"]
        try await withLogger(["http"], arguments: limits) { logger in
            func connect(_ source: String) async throws -> (RawSocket, String) {
                let socket = try RawSocket(to: logger.targets["http"]!, from: source)
                await socket.say(Self.health)
                return (socket, try await socket.hear())
            }
            var open: [(RawSocket, String)] = []
            for _ in 0..<4 { open.append(try await connect("127.0.0.1")) }
            #expect(open.allSatisfy { $0.1.hasPrefix("HTTP/1.1 200") })
            #expect(try await connect("127.0.0.1").1 == "")
            try await waitForNotice(logger.program, "from 127.0.0.1 was refused: 4 are open")
            for _ in 0..<2 { open.append(try await connect("127.0.0.2")) }
            #expect(open.allSatisfy { $0.1.hasPrefix("HTTP/1.1 200") })
            #expect(try await connect("127.0.0.3").1 == "")
            try await waitForNotice(logger.program, "a connection was refused: 6 are open")
            #expect(logger.program.errors.text.contains("--max-connections-per-address"))
            open = []
            // It takes connections again when it has heard that those are closed.
            while try await !logger.isHealthy() { #expect(open.isEmpty) }
        }
    }

    @Test("Entries that are asked for again and again and not read take no memory, and hold nobody up")
    func unreadAnswers() async throws {
        try await withLogger(["http"]) { logger in
            let address = logger.targets["http"]!
            let filler = try RawSocket(to: address)
            let body = #"{"name":"n","data":"\#(String(repeating: #"\u0001"#, count: 60_000))"}"#
            let post = "POST /log HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            for _ in 0..<100 {
                await filler.say(post)
                #expect(try await filler.hear().hasPrefix("HTTP/1.1 202"))
            }
            let before = try peak(logger.program)
            let request = "GET /entries?limit=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let readers = try (0..<20).map { _ in try RawSocket(to: address) }
            for reader in readers { await reader.say(String(repeating: request, count: 50)) }
            for reader in readers { #expect(try await reader.hear(limit: 100).hasPrefix("HTTP/1.1 200")) }
            for _ in 0..<50 {
                await filler.say(Self.health)
                #expect(try await filler.hear().hasPrefix("HTTP/1.1 200"))
            }
            // 36 MB for each of a thousand answers, if they were made.
            #expect(try peak(logger.program) - before < 100)
            // Who does read gets all of it.
            let url = "http://\(address)/entries?limit=10000"
            let read = try await runProgram(
                .curl, ["--output", "/dev/null", "--write-out", "%{http_code} %{size_download}", url])
            let size = try #require(read.output.text.split(separator: " ").last.flatMap { Int($0) })
            #expect(read.exitCode == 0 && size > 100 * 360_000)
        }
    }

    /// The first bytes of a message of 4 MiB.
    private static let half: [String: [UInt8]] = {
        let text = [UInt8](repeating: 0x78, count: 4_000_000)
        let size: [UInt8] = [0, 0x40, 0, 0]
        return [
            "tcp": size + [UInt8](repeating: 0, count: 24) + text,
            "netrpc": [0xFC] + size + text,
            "http": Array("POST /log HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4194304\r\n\r\n".utf8) + text,
        ]
    }()

    @Test("Half messages of all connections together are bounded", arguments: ["tcp", "netrpc", "http"])
    func halfMessages(transport: String) async throws {
        let address: (RunningLogger) -> String = { $0.targets[transport]! }
        try await withLogger(["tcp", "netrpc"], arguments: ["--max-held-mib", "16"]) { logger in
            let before = try peak(logger.program)
            let senders = try (0..<20).map { _ in try RawSocket(to: address(logger)) }
            for sender in senders { await sender.say(Self.half[transport]!) }
            try await waitForNotice(logger.program, "hold more than 16 MiB")
            #expect(try await logger.isHealthy())
            // 80 MB were said.
            #expect(try peak(logger.program) - before < 60)
        }
    }

    @Test("A message that does not arrive ends its connection on every transport")
    func slowMessages() async throws {
        try await withLogger(["tcp", "netrpc"], arguments: ["--message-timeout", "1"]) { logger in
            for transport in ["tcp", "netrpc", "http"] {
                let sender = try RawSocket(to: logger.targets[transport]!)
                await sender.say(Array(Self.half[transport]!.prefix(100)))
                let heard = try await sender.hearAll()
                #expect(heard.isEmpty == (transport != "http"))
                if transport == "http" { #expect(heard.hasPrefix("HTTP/1.1 408")) }
            }
        }
    }

    @Test("A connection on which nothing happens is ended on every transport, and sends go on over another")
    func idleConnections() async throws {
        try await withLogger(["tcp", "netrpc", "grpc"], arguments: ["--idle-timeout", "1"]) { logger in
            let idle = try ["tcp", "netrpc", "http"].map { try RawSocket(to: logger.targets[$0]!) }
            for socket in idle { #expect(try await socket.hearAll() == "") }
            let kept = try RawSocket(to: logger.targets["http"]!)
            await kept.say(Self.health)
            #expect(try await kept.hear().hasPrefix("HTTP/1.1 200"))
            #expect(try await kept.hearAll() == "")
        }
    }
}
