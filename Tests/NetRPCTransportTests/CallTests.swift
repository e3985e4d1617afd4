import Broker
import Glibc
import Gob
import NIOCore
import Synchronization
import TCPTransport
import Testing
import TransportIO

@testable import NetRPCTransport

/// Calls of methods of our own, over sockets.
@Suite(.timeLimit(.minutes(1)))
struct CallTests {
    @Test(arguments: ["", "http://"])
    func typesOfEveryKind(scheme: String) async throws {
        try await withServer(.arithmetic) { address in
            try await withClient(scheme + address) { connection in
                let product = try await connection.call("Arith.Multiply", Operands(a: 6, b: -7), as: Int.self)
                #expect(product == -42)
                let quotient = try await connection.call("Arith.Divide", Operands(a: 17, b: 5), as: Quotient.self)
                #expect(quotient.quo == 3 && quotient.rem == 2)
                let sums = try await connection.call("Table.Sum", ["a": [1.5, 2], "b": []], as: [String: Double].self)
                #expect(sums == ["a": 3.5, "b": 0])
            }
        }
    }

    @Test func failuresLeaveTheConnection() async throws {
        try await withServer(.arithmetic) { address in
            try await withClient(address) { connection in
                let failures: [(String, Operands, TransportError)] = [
                    ("Arith.Divide", Operands(a: 1, b: 0), TransportError(.rejected, "divide by zero")),
                    ("Arith.Nope", Operands(), TransportError(.rejected, "rpc: can't find method Arith.Nope")),
                    ("Nope.Nope", Operands(), TransportError(.rejected, "rpc: can't find service Nope.Nope")),
                    (
                        "RPCServer.LogInfo", Operands(),
                        TransportError(.rejected, "rpc: can't find service RPCServer.LogInfo")
                    ),
                    (
                        "Table.Sum", Operands(a: 1, b: 2),
                        TransportError(
                            .rejected,
                            "gob: decoding into local type *map[string][]float64, received remote type Args")
                    ),
                ]
                for (method, operands, expected) in failures {
                    await #expect(throws: expected) { try await connection.call(method, operands, as: Int.self) }
                }
                // The reply has another type than was asked for: the method did run.
                let error = await #expect(throws: TransportError.self) {
                    try await connection.call("Arith.Multiply", Operands(a: 1, b: 1), as: String.self)
                }
                #expect(error?.fate == .unknown && error?.message.contains("Arith.Multiply") == true)
                let product = try await connection.call("Arith.Multiply", Operands(a: 2, b: 3), as: Int.self)
                #expect(product == 6)
            }
        }
    }

    /// A call that takes its time is overtaken by one that was made after it.
    @Test func slowCallsHoldNobodyUp() async throws {
        let gate = Gate()
        var methods = RPCMethods.arithmetic
        methods.register("Slow.Wait") { (_: Int) in
            await gate.wait()
            return 1
        }
        try await withServer(methods) { address in
            try await withClient(address) { connection in
                async let slow = connection.call("Slow.Wait", 0, as: Int.self)
                for number in 1...100 {
                    let product = try await connection.call("Arith.Multiply", Operands(a: number, b: 2), as: Int.self)
                    #expect(product == number * 2)
                }
                gate.open()
                let waited = try await slow
                #expect(waited == 1)
            }
        }
    }

    /// Stopping the server cuts the calls that are not answered in time; each one ends as "outcome unknown".
    @Test func lostConnections() async throws {
        let gate = Gate()
        defer { gate.open() }
        let started = AsyncStream.makeStream(of: Void.self)
        var methods = RPCMethods()
        methods.register("Slow.Wait") { (_: Int) in
            started.continuation.yield()
            await gate.wait()
            return 1
        }
        let (listening, announce) = AsyncStream.makeStream(of: String.self)
        let server = try NetRPCServer(
            ServerOptions(target: "127.0.0.1:0", drainTimeout: .milliseconds(50)), methods: methods)
        let serving = Task { try await server.serve { announce.yield($0.target) } }
        let address = try #require(await listening.first { _ in true })
        try await withClient(address) { connection in
            async let outcomes = fates(of: 10, on: connection)
            var arrived = 0
            for await _ in started.stream {
                arrived += 1
                if arrived == 10 { break }
            }
            serving.cancel()
            let fates = await outcomes
            #expect(fates == Array(repeating: .unknown, count: 10))
        }
        try await serving.value
    }

    @Test("What is isolated to a connection stays on the thread that does its I/O")
    func oneThread() async throws {
        try await withServer(.arithmetic) { address in
            try await withClient(address) { connection in
                var threads: Set = [pthread_self()]
                try await withThrowingTaskGroup { group in
                    for _ in 0..<8 { group.addTask { try await threadsUsed(by: 25, on: connection) } }
                    for try await more in group { threads.formUnion(more) }
                }
                #expect(threads.count == 1)
            }
        }
    }

    @Test func otherTransportsHaveNoCalls() async throws {
        try await withServer(.arithmetic) { address in
            let client = try TCP.descriptors[0].makeClient(ClientOptions(target: address))
            let socketClient = try #require(client as? SocketClientTransport)
            try await socketClient.withConnection { connection in
                let error = await #expect(throws: TransportError.self) {
                    try await NetRPCConnection(connection).call("Arith.Multiply", Operands(), as: Int.self)
                }
                #expect(error?.fate == .notSent)
            }
        }
    }

    private func threadsUsed(by calls: Int, on connection: isolated NetRPCConnection) async throws -> Set<pthread_t> {
        var threads: Set<pthread_t> = []
        for number in 0..<calls {
            threads.insert(pthread_self())
            let product = try await connection.call("Arith.Multiply", Operands(a: number, b: 2), as: Int.self)
            #expect(product == 2 * number)
            threads.insert(pthread_self())
        }
        return threads
    }

    // MARK: Scopes

    private func fates(of count: Int, on connection: NetRPCConnection) async -> [TransportError.Fate?] {
        await withTaskGroup { group in
            for _ in 0..<count {
                group.addTask { () -> TransportError.Fate? in
                    do throws(TransportError) {
                        _ = try await connection.call("Slow.Wait", 0, as: Int.self)
                        return nil
                    } catch {
                        return error.fate
                    }
                }
            }
            var fates: [TransportError.Fate?] = []
            for await fate in group { fates.append(fate) }
            return fates
        }
    }

    private func withClient(
        _ target: String, _ body: @Sendable (isolated NetRPCConnection) async throws -> Void
    ) async throws {
        try await NetRPCClient(ClientOptions(target: target)).withConnection(body)
    }

    private func withServer(
        _ methods: RPCMethods, _ body: (_ address: String) async throws -> Void
    ) async throws {
        let (listening, announce) = AsyncStream.makeStream(of: String.self)
        let server = try NetRPCServer(ServerOptions(target: "127.0.0.1:0"), methods: methods)
        let serving = Task { try await server.serve { announce.yield($0.target) } }
        defer { serving.cancel() }
        let address = try #require(await listening.first { _ in true })
        try await body(address)
        serving.cancel()
        try await serving.value
    }
}

struct Operands: GobStruct {
    var a = 0
    var b = 0

    static var gobName: String { "Args" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("A", &a)
        field("B", &b)
    }
}

struct Quotient: GobStruct {
    var quo = 0
    var rem = 0

    static var gobName: String { "Quotient" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Quo", &quo)
        field("Rem", &rem)
    }
}

extension RPCMethods {
    static var arithmetic: RPCMethods {
        var methods = RPCMethods()
        methods.register("Arith.Multiply") { (operands: Operands) in operands.a * operands.b }
        methods.register("Arith.Divide") { (operands: Operands) in
            guard operands.b != 0 else { throw RPCFailure("divide by zero") }
            return Quotient(quo: operands.a / operands.b, rem: operands.a % operands.b)
        }
        methods.register("Table.Sum") { (rows: [String: [Double]]) in rows.mapValues { $0.reduce(0, +) } }
        return methods
    }
}

/// Holds up whoever waits until it is opened.
private final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
