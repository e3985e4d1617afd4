import Broker
import TransportIO

/// What a load generator does for a job: the warm-up, and the stretch that is measured, on the same connections.
struct LoadRun: Sendable {
    var warmup: LoadPhase
    var measured: LoadPhase
    var connections: Int
    /// The port of the target, whose sockets' bytes are counted.
    var port: Int?
    /// Told what came of the warm-up; whether to go on.
    var isToGoOn: @Sendable (LoadResult) async -> Bool
    /// Told that what is measured begins, and that it has ended.
    var mark: @Sendable (GeneratorLine.Mark) -> Void

    /// Where a connection is.
    private enum Step: Sendable {
        case warm(LoadResult)
        case measured(LoadResult)
        case failed(any Error)
    }

    /// Opens the connections and runs both phases on them; the measured one starts on all of them together.
    /// - Returns: what was measured; nil where it is not to go on after the warm-up.
    /// - Throws: `TransportError` when there is no connection; `CancellationError`.
    func run(over transport: some ClientTransport) async throws -> LoadResult? {
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
            let before = port.flatMap(WireBytes.init(toPort:))
            guard await isToGoOn(warm) else { return nil }
            mark(.begin)
            for gate in gates { gate.continuation.yield() }
            var measured = try await results(&iterator)
            mark(.end)
            // Only now are the connections closed, as closing a socket ends its counters.
            measured.wire = before.flatMap { before in port.flatMap(WireBytes.init(toPort:))?.since(before) }
            for gate in gates { gate.continuation.yield() }
            try Task.checkCancellation()
            return measured
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
        // An ended gate: the job is given up.
        guard await opened.next(isolation: connection) != nil else { return }
        sink.yield(.measured(await LoadGenerator.run(measured.shared(index, of: connections), on: connection)))
        _ = await opened.next(isolation: connection)
    }
}
