import Synchronization

/// All that a program tells of itself while it runs: read from where it is counted when somebody asks, and not before.
package final class MetricsPage: Sendable {
    /// Reads what is counted; called on a thread that may wait.
    package typealias Source = @Sendable () -> [MetricFamily]

    private struct State {
        var sources: [Source] = []
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Creates a page that tells nothing.
    package init() {}

    /// Tells of something more from now on.
    package func add(_ source: @escaping Source) {
        state.withLock { $0.sources.append(source) }
    }

    /// Reads all sources now; families of one name become one.
    package func text() -> String {
        let (sources, waiting) = state.withLock { state in
            defer { state.waiting = [] }
            return (state.sources, state.waiting)
        }
        var families: [MetricFamily] = []
        var places: [String: Int] = [:]
        for family in sources.flatMap({ $0() }) {
            if let place = places[family.name] {
                families[place].add(family)
            } else {
                places[family.name] = families.count
                families.append(family)
            }
        }
        for reader in waiting { reader.finish() }
        return MetricsText.text(of: families)
    }

    /// Waits until somebody reads what is there now, or later.
    /// - Returns: whether somebody has, within so long and before the task was cancelled.
    package func untilRead(within limit: Duration) async -> Bool {
        let (reading, sink) = AsyncStream.makeStream(of: Void.self)
        state.withLock { $0.waiting.append(sink) }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in reading {}
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
