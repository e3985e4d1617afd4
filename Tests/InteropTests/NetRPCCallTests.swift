import Broker
import Gob
import NetRPCTransport
import Synchronization
import Testing
import TransportIO

/// Calls of many types between Go's net/rpc and ours, both ways; Go's side under the race detector.
@Suite(.timeLimit(.minutes(5)))
struct NetRPCCallTests {
    private static let count = 100_000
    private static let inFlight = 64

    @Test("A Go client's calls to our server", .needs(.go("netrpc-calls")), arguments: [[], ["-http"]])
    func fromGo(_ flags: [String]) async throws {
        let count = flags.isEmpty ? Self.count : Self.count / 20
        try await withServer { address in
            let finished = try await runProgram(
                .go("netrpc-calls"),
                ["call", "-to", address, "-count", "\(count)", "-in-flight", "\(Self.inFlight)"] + flags,
                limit: .seconds(150))
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            let account = try finished.decoded(CallAccount.self)
            #expect(account == CallAccount(calls: count, right: count - count / 15, failed: count / 15))
        }
    }

    @Test("Our calls to a Go server", .needs(.go("netrpc-calls")), arguments: [[], ["-http"]])
    func toGo(_ flags: [String]) async throws {
        let count = flags.isEmpty ? Self.count : Self.count / 20
        try await withProgram(.go("netrpc-calls"), ["serve", "-for", "3m"] + flags, limit: .seconds(180)) { server in
            let address = try await server.line(ListenLine.self).listen
            let client = try NetRPCClient(
                ClientOptions(target: flags.isEmpty ? address : "http://\(address)/_goRPC_"))
            let (account, counts) = try await client.withConnection { connection in
                let account = await makeCalls(count, on: connection)
                return (account, try await connection.call("Arith.Counts", Nothing(), as: [String: Int].self))
            }
            #expect(account == CallAccount(calls: count, right: count - count / 15, failed: count / 15))
            #expect(counts == ["calls": count / 5 * 3, "failed": count / 15])
        }
    }

    @Test("Mistakes are answered in Go's words", .needs(.go("netrpc-calls")))
    func mistakes() async throws {
        var fromGo: [String] = []
        try await withProgram(.go("netrpc-calls"), ["serve"]) { server in
            let address = try await server.line(ListenLine.self).listen
            let finished = try await runProgram(.go("netrpc-calls"), ["mistakes", "-to", address])
            fromGo = try finished.decoded([String].self)
        }
        try await withServer { address in
            let finished = try await runProgram(.go("netrpc-calls"), ["mistakes", "-to", address])
            #expect(try finished.decoded([String].self) == fromGo)
        }
        #expect(fromGo.count == 8 && fromGo.last == "42 <nil>")
    }

    // MARK: The same calls as the Go program's

    private func makeCalls(_ count: Int, on connection: isolated NetRPCConnection) async -> CallAccount {
        let account = Accounting()
        await withTaskGroup { group in
            for worker in 0..<Self.inFlight {
                group.addTask { await work(from: worker, to: count, on: connection, account) }
            }
        }
        return account.value
    }

    private func work(
        from first: Int, to count: Int, on connection: isolated NetRPCConnection, _ account: Accounting
    ) async {
        for number in stride(from: first, to: count, by: Self.inFlight) {
            account.note { $0.calls += 1 }
            do throws(TransportError) {
                if try await isRight(number, on: connection) { account.note { $0.right += 1 } }
            } catch TransportError(.rejected, "divide by zero") where number % 15 == 12 {
                account.note { $0.failed += 1 }
            } catch {
                account.note { $0.wrong = "call \(number): \(error)" }
            }
        }
    }

    private func isRight(_ number: Int, on connection: isolated NetRPCConnection) async throws(TransportError) -> Bool {
        switch number % 5 {
        case 0, 1:
            return try await connection.call("Arith.Multiply", Operands(a: number, b: -7), as: Int.self) == number * -7
        case 2:
            let divisor = number % 3
            let quotient = try await connection.call("Arith.Divide", Operands(a: number, b: divisor), as: Quotient.self)
            return quotient.quo == number / divisor && quotient.rem == number % divisor
        case 3:
            let argument = Repetition(text: "ž☃", count: number % 40)
            let text = try await connection.call("Text.Repeat", argument, as: String.self)
            return text == String(repeating: "ž☃", count: number % 40)
        case _ where number % 1000 == 4:
            return try await connection.call("Slow.Wait", 30, as: Int.self) == 30
        default:
            let rows: [String: [Double]] = ["a": [1.5, Double(number)], "none": []]
            let sums = try await connection.call("Table.Sum", rows, as: [String: Double].self)
            return sums == ["a": 1.5 + Double(number), "none": 0]
        }
    }

    private func withServer(_ body: (_ address: String) async throws -> Void) async throws {
        let (listening, announce) = AsyncStream.makeStream(of: String.self)
        let server = try NetRPCServer(ServerOptions(target: "127.0.0.1:0"), methods: .likeGo)
        let serving = Task { try await server.serve { announce.yield($0.target) } }
        defer { serving.cancel() }
        let address = try #require(await listening.first { _ in true })
        try await body(address)
        serving.cancel()
        try await serving.value
    }
}

/// What became of a number of calls.
private struct CallAccount: Decodable, Equatable, Sendable {
    var calls = 0
    var right = 0
    /// Calls that were to fail, and did with the right text.
    var failed = 0
    /// The first one that did not go as it should.
    var wrong: String?
}

/// An account that several workers keep.
private final class Accounting: Sendable {
    private let state = Mutex(CallAccount())

    var value: CallAccount { state.withLock { $0 } }

    func note(_ change: (inout CallAccount) -> Void) {
        state.withLock { change(&$0) }
    }
}
