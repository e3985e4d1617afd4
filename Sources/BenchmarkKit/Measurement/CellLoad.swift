import Broker
import TransportIO

/// What a cell does on its connections: the warm-up, and the stretch that is measured.
struct CellLoad: Sendable {
    var warmup: LoadPhase
    var measured: LoadPhase
    var connections: Int
    var meters: CellMeters
    var reconciliation: Reconciliation

    /// What came of it.
    enum Outcome: Sendable {
        /// The warm-up failed, so that nothing was measured.
        case failedInWarmup(LoadResult)
        /// What was measured, between two readings of the meters.
        case measured(LoadResult, before: CellMeters.Reading, after: CellMeters.Reading)
    }

    /// Where a connection is.
    private enum Step: Sendable {
        case warm(LoadResult)
        case measured(LoadResult)
        case failed(any Error)
    }

    /// Opens the connections and runs both phases on them; the measured one starts on all of them together.
    /// - Throws: `TransportError` when there is no connection; what the ledger throws; `CancellationError`.
    func run(over transport: some ClientTransport) async throws -> Outcome {
        let (steps, sink) = AsyncStream.makeStream(of: Step.self)
        let gates = (0..<connections).map { _ in AsyncStream.makeStream(of: Void.self) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<connections {
                group.addTask {
                    do {
                        try await transport.withConnection { connection in
                            try await run(index, on: connection.paced, sink, gate: gates[index].stream)
                        }
                    } catch {
                        sink.yield(.failed(error))
                    }
                }
            }
            defer {
                group.cancelAll()
                for gate in gates { gate.continuation.finish() }
            }
            var iterator = steps.makeAsyncIterator()
            let warm = try await results(&iterator)
            guard warm.errors == 0 else { return .failedInWarmup(warm) }
            if warmup.duration > 0 {
                // A backlog of the warm-up would be paid for by the measured entries.
                _ = try await reconciliation.settle(run: warmup.run, acked: warm.acked)
            }
            // Outside of what is measured: there may be many processes.
            let processes = ProcessTimes.now()
            var before = meters.read()
            before.processes = processes
            for gate in gates { gate.continuation.yield() }
            let measured = try await results(&iterator)
            var after = meters.read()
            after.processes = ProcessTimes.now()
            // Only now, as closing a socket ends its counters.
            for gate in gates { gate.continuation.yield() }
            try Task.checkCancellation()
            return .measured(measured, before: before, after: after)
        }
    }

    /// One result of each connection, together.
    private func results(_ steps: inout AsyncStream<Step>.Iterator) async throws -> LoadResult {
        var results: [LoadResult] = []
        while results.count < connections {
            switch await steps.next(isolation: #isolation) {
            case .warm(let result), .measured(let result): results.append(result)
            case .failed(let error): throw error
            case nil: throw CancellationError()
            }
        }
        try Task.checkCancellation()
        guard let sum = LoadResult.merging(results) else { throw CancellationError() }
        return sum
    }

    private func run<Connection: PacedConnection>(
        _ index: Int, on connection: isolated Connection, _ sink: AsyncStream<Step>.Continuation,
        gate: AsyncStream<Void>
    ) async throws {
        var opened = gate.makeAsyncIterator()
        let warm =
            warmup.duration > 0
            ? await LoadGenerator.run(warmup.shared(index, of: connections), on: connection)
            : LoadResult(start: 0, isOpen: false)
        sink.yield(.warm(warm))
        // An ended gate: the cell is given up.
        guard await opened.next(isolation: connection) != nil else { return }
        sink.yield(.measured(await LoadGenerator.run(measured.shared(index, of: connections), on: connection)))
        _ = await opened.next(isolation: connection)
    }
}
