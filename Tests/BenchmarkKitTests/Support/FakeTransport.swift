import Broker
import Dispatch
import Synchronization
import TransportIO

@testable import BenchmarkKit

/// A transport without a wire: what it acknowledges is in an ``InMemoryLedger``, unless it is told to misbehave.
struct FakeTransport: ClientTransport {
    /// What becomes of the entry with a sequence number.
    enum Behaviour: Sendable {
        case deliver
        /// Acknowledged, and lost.
        case drop
        /// Delivered that much later than acknowledged.
        case deliverLater(DispatchTimeInterval)
        /// Delivered twice.
        case duplicate
        /// Delivered with another text.
        case corrupt
        case fail(TransportError)
        /// Acknowledged that much later.
        case delay(DispatchTimeInterval)
        /// Never answered.
        case stall
    }

    var acknowledgement: AcknowledgementClass { .recorded }
    var ledger: InMemoryLedger
    var refusal: TransportError?
    var behaviour: @Sendable (_ run: String, _ sequence: UInt64) -> Behaviour = { _, _ in .deliver }

    func withConnection<R: Sendable>(
        _ body: @Sendable (isolated FakeConnection) async throws -> R
    ) async throws -> R {
        if let refusal { throw refusal }
        return try await body(FakeConnection(transport: self))
    }

    func descriptor(
        name: String = "fake", variant: String? = nil, needsOwnServer: Bool = false
    ) -> TransportDescriptor {
        TransportDescriptor(
            name: name, variant: variant, summary: "", codec: "none", mode: variant ?? "memory",
            acknowledgement: .recorded, defaultTarget: "", needsOwnServer: needsOwnServer,
            makeClient: { _ in self }, makeServer: { _ in throw ServerError("there is none") })
    }
}

actor FakeConnection: PacedConnection {
    /// What it says a wait on the core took, in nanoseconds.
    static let costOfSpin: UInt64 = 7919
    private static let late = DispatchQueue(label: "late deliveries")
    nonisolated let executor = EventLoopExecutor.next()
    private let transport: FakeTransport
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(transport: FakeTransport) {
        self.transport = transport
    }

    func send(_ entry: LogEntry) async throws(TransportError) -> Acknowledgement {
        executor.checkIsolated()
        guard let stamp = entry.stamp else { throw TransportError(.rejected, "an entry without a stamp") }
        switch transport.behaviour(stamp.run, stamp.sequence) {
        case .deliver: transport.ledger.record(entry)
        case .drop: break
        case .deliverLater(let interval):
            Self.late.asyncAfter(deadline: .now() + interval) { [transport] in transport.ledger.record(entry) }
        case .duplicate:
            transport.ledger.record(entry)
            transport.ledger.record(entry)
        case .corrupt:
            var damaged = entry
            damaged.data = "\u{7f}" + entry.data.dropFirst()
            transport.ledger.record(damaged)
        case .fail(let error): throw error
        case .delay(let interval):
            transport.ledger.record(entry)
            await sleep(until: (DispatchTime.now() + interval).uptimeNanoseconds)
            return Acknowledgement(.recorded)
        case .stall: await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        }
        await Task.yield()
        return Acknowledgement(.recorded)
    }

    func sleep(until deadline: UInt64) async {
        await executor.sleep(until: deadline)
    }

    func spin(until deadline: UInt64) async -> UInt64 {
        await sleep(until: deadline)
        return Self.costOfSpin
    }
}
