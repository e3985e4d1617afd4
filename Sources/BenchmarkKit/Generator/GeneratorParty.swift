/// A load generator that is at the lab's service.
struct GeneratorParty: Sendable {
    static let role = "the load generator"

    /// Its process id.
    var pid: Int32
    /// What it calls itself, or its command.
    var name: String
    /// Its version; empty where nobody says it.
    var version: String
    /// What it says, for one reader at a time; ends when it does.
    var lines: AsyncStream<String>
    /// Has it read a line.
    var say: @Sendable (String) -> Void
    /// Ends it, if it has not ended by itself; how it ended.
    var stop: @Sendable () async -> PartyEnd

    /// Starts one as a process of its own, and waits until it is ready.
    /// - Throws: ``BenchmarkError`` with its last words when it does not become ready; `CancellationError`.
    static func start(
        _ command: PartyCommand, readyLimit: Duration = PartyProcess.readyLimit,
        drainLimit: Duration = PartyProcess.drainLimit
    ) async throws -> GeneratorParty {
        let party = try await PartyProcess.start(command, as: role, drainLimit: drainLimit)
        let ready: PartyReadiness
        do {
            ready = try await party.untilReady(within: readyLimit)
        } catch {
            await party.stop()
            throw error
        }
        return GeneratorParty(
            pid: party.pid, name: ready.name, version: ready.version, lines: party.lines, say: { party.say($0) },
            stop: { await party.stop() })
    }
}

/// The place of a round's load generator: another one is started where one was lost.
actor GeneratorSeat {
    typealias Start = @Sendable () async throws -> GeneratorParty

    private let start: Start
    private var starting: Task<GeneratorParty, any Error>?

    /// Starts the first one at once, while the loggers are started.
    init(_ start: @escaping Start) {
        self.start = start
        starting = Task { @concurrent in try await start() }
    }

    /// The one that is there.
    /// - Throws: why none can be had.
    func party() async throws -> GeneratorParty {
        let task = starting ?? Task { @concurrent [start] in try await start() }
        starting = task
        do {
            return try await task.value
        } catch {
            starting = nil
            throw error
        }
    }

    /// Ends the one that is there.
    /// - Returns: How it ended; nil where there was none.
    @discardableResult
    func leave() async -> PartyEnd? {
        guard let task = starting else { return nil }
        starting = nil
        // One that is not ready yet need not become so.
        task.cancel()
        return try? await task.value.stop()
    }
}
