import Broker
import Foundation
import Glibc
import Testing
import TransportIO

/// What became of a load's entries.
struct Tally: Sendable, Hashable {
    var acknowledged = 0
    var failed = 0
}

/// Sends entries to a logger, some of them at once; throws the first failure.
@discardableResult
func send(
    _ entries: [LogEntry], to logger: TestLogger, inFlight: Int = 1, limits: EntryLimits = EntryLimits()
) async throws -> [AcknowledgementClass] {
    try await send(entries, over: try logger.client(maxInFlight: inFlight, limits: limits), inFlight: inFlight)
}

/// Sends entries over a transport, some of them at once; throws the first failure.
@discardableResult
func send(
    _ entries: [LogEntry], over client: any ClientTransport, inFlight: Int = 1
) async throws -> [AcknowledgementClass] {
    func run(_ client: some ClientTransport) async throws -> [AcknowledgementClass] {
        try await withBroker(over: client) { broker in
            try await withThrowingTaskGroup { group in
                var waiting = entries[...]
                for _ in 0..<inFlight {
                    guard let entry = waiting.popFirst() else { break }
                    group.addTask { try await broker.send(entry).promise }
                }
                var promises: [AcknowledgementClass] = []
                for try await promise in group {
                    promises.append(promise)
                    if let entry = waiting.popFirst() { group.addTask { try await broker.send(entry).promise } }
                }
                return promises
            }
        }
    }
    return try await run(client)
}

/// Sends numbered entries of a run, a number of them always in flight.
func load(
    _ count: Int, inFlight: Int, run: String, on logger: TestLogger, stopAtFailure: Bool = false,
    acknowledged: @escaping @Sendable (Int) -> Void = { _ in }
) async throws -> Tally {
    try await drive(
        logger.client(maxInFlight: inFlight), count, inFlight: inFlight, run: run, stopAtFailure, acknowledged)
}

private func drive(
    _ client: some ClientTransport, _ count: Int, inFlight: Int, run: String, _ stopAtFailure: Bool,
    _ acknowledged: @escaping @Sendable (Int) -> Void
) async throws -> Tally {
    try await client.withConnection { connection in
        let state = LoadState()
        await withTaskGroup { group in
            for _ in 0..<inFlight {
                group.addTask { await work(on: connection, state, count, run, stopAtFailure, acknowledged) }
            }
            await group.waitForAll()
        }
        return state.tally
    }
}

private func work<Connection: TransportConnection>(
    on connection: isolated Connection, _ state: LoadState, _ count: Int, _ run: String, _ stopAtFailure: Bool,
    _ acknowledged: @Sendable (Int) -> Void
) async {
    while state.next < count, !(stopAtFailure && state.tally.failed > 0) {
        let stamp = RunStamp(run: run, sequence: UInt64(state.next), sentAt: MonotonicClock.wallTime)
        state.next += 1
        do {
            _ = try await connection.send(LogEntry(name: "load", data: "entry \(stamp.sequence)", stamp: stamp))
            state.tally.acknowledged += 1
            acknowledged(state.tally.acknowledged)
        } catch {
            state.tally.failed += 1
        }
    }
}

/// The threads on which workers are before and after their sends.
func threadsUsed(by client: some ClientTransport, entries: Int, inFlight: Int) async throws -> Set<pthread_t> {
    try await client.withConnection { connection in
        let state = LoadState()
        try await withThrowingTaskGroup { group in
            for _ in 0..<inFlight {
                group.addTask { try await note(on: connection, state, entries) }
            }
            try await group.waitForAll()
        }
        return state.threads
    }
}

private func note<Connection: TransportConnection>(
    on connection: isolated Connection, _ state: LoadState, _ count: Int
) async throws {
    while state.next < count {
        state.next += 1
        state.threads.insert(pthread_self())
        _ = try await connection.send(LogEntry(name: "thread", data: "\(state.next)"))
        state.threads.insert(pthread_self())
    }
}

/// How many entries are acknowledged, one after the other, while the connection spins.
func sendsWhileSpinning(over client: some ClientTransport, milliseconds: UInt64) async throws -> Int {
    try await client.withConnection { connection in
        let state = LoadState()
        async let sender: Void = sendUntilStopped(on: connection, state)
        let end = MonotonicClock.now + milliseconds * 1_000_000
        let spent = try await connection.paced.spin(until: end)
        #expect(MonotonicClock.now >= end)
        #expect(spent > 0)
        state.isStopped = true
        let acknowledged = state.tally.acknowledged
        try await sender
        return acknowledged
    }
}

private func sendUntilStopped<Connection: TransportConnection>(
    on connection: isolated Connection, _ state: LoadState
) async throws {
    while !state.isStopped {
        _ = try await connection.send(LogEntry(name: "spin", data: "\(state.tally.acknowledged)"))
        state.tally.acknowledged += 1
    }
}

/// Unchecked: touched by functions isolated to one connection only.
private final class LoadState: @unchecked Sendable {
    var next = 0
    var tally = Tally()
    var isStopped = false
    var threads: Set<pthread_t> = []
}

/// The two turns of a restart.
enum RestartPhase {
    case stop
    case start
}

/// Sends one entry before a stop, tries one while the logger is away, and sends one after the start.
func sendAcrossRestart(
    _ client: some ClientTransport, _ transport: TransportDescriptor, _ turn: @Sendable (RestartPhase) async -> Void
) async throws {
    try await client.withConnection { connection in
        _ = try await connection.send(LogEntry(name: "before", data: ""))
        await turn(.stop)
        if transport.acknowledgement.isGivenByLogger {
            await #expect(throws: TransportError.self) { try await connection.send(LogEntry(name: "away", data: "")) }
        }
        await turn(.start)
        _ = try await connection.send(LogEntry(name: "after", data: ""))
    }
}
