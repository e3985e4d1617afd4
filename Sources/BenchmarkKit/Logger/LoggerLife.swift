import BenchmarkResults
import Broker
import Glibc

/// A logger from its start to its end, in which it may be killed and started again where it was.
actor LoggerLife {
    /// How often it is tried to start one again: another program may have taken its port for a moment.
    private static let mostStarts = 3

    private let command: LoggerCommand
    private let readyLimit: Duration
    private var party: PartyProcess
    /// Where its receivers listen, as it said when it was ready.
    private var targets: [String: String] = [:]
    /// The one that takes the place of one that was killed, when it is ready.
    private var successor: Task<PartyProcess, any Error>?
    /// The process that plays it of late, which need not be ready yet.
    private(set) var latestPID: Int32

    private init(_ command: LoggerCommand, _ party: PartyProcess, readyLimit: Duration) {
        (self.command, self.party, self.readyLimit) = (command, party, readyLimit)
        latestPID = party.pid
    }

    /// Starts a logger, which has to be ended.
    /// - Throws: ``BenchmarkError`` when it cannot be started; `CancellationError`.
    static func start(_ command: LoggerCommand, readyLimit: Duration) async throws -> LoggerLife {
        let party = try await PartyProcess.start(command.party, as: "the logger")
        return LoggerLife(command, party, readyLimit: readyLimit)
    }

    /// Its process id, of late: that of one that is or was ready.
    var pid: Int32 { party.pid }

    /// Waits until it is ready.
    /// - Throws: ``BenchmarkError`` with its last words when it does not become so; `CancellationError`.
    func untilReady() async throws -> PartyReadiness {
        let ready = try await party.untilReady(within: readyLimit)
        targets = ready.targets
        return ready
    }

    /// Kills it, and starts it again at the same addresses.
    /// - Parameter pause: how long after its death.
    /// - Returns: when it was killed, and when the one in its place was ready.
    /// - Throws: ``BenchmarkError`` when that one does not become ready; `CancellationError`.
    func killAndStartAgain(after pause: Duration) async throws -> FaultEvent {
        let killed = party
        let again = command.again(at: targets)
        let began = MonotonicClock.now
        // What is told of its end from now on finds the successor.
        kill(killed.pid, SIGKILL)
        successor = Task { @concurrent in
            await killed.stop()
            try await Task.sleep(for: pause)
            return try await self.startAgain(again)
        }
        try await succeed()
        return FaultEvent(began: began, ended: MonotonicClock.now)
    }

    private func startAgain(_ command: LoggerCommand) async throws -> PartyProcess {
        var start = 1
        while true {
            let party = try await PartyProcess.start(command.party, as: "the logger")
            latestPID = party.pid
            do {
                _ = try await party.untilReady(within: readyLimit)
                return party
            } catch {
                await party.stop()
                try Task.checkCancellation()
                guard start < Self.mostStarts else { throw error }
                start += 1
            }
        }
    }

    /// Waits for the one in place of the one that was killed.
    private func succeed() async throws {
        guard let successor else { return }
        let next = try await successor.value
        guard self.successor == successor else { return }
        (party, self.successor) = (next, nil)
    }

    /// Waits until it ends by itself.
    /// - Throws: ``BenchmarkError`` with its last words then; `CancellationError`.
    func watch() async throws {
        while true {
            for await _ in party.lines {}
            try Task.checkCancellation()
            guard successor != nil else {
                throw BenchmarkError(await party.stop().sentence("the logger ended in the middle of the benchmark"))
            }
            try await succeed()
        }
    }

    /// Ends it, if it has not ended by itself.
    func end() async {
        successor?.cancel()
        if let next = try? await successor?.value { party = next }
        await party.stop()
    }
}

extension LoggerCommand {
    /// The command of a logger in place of one that listened there: where that one was to choose a port, the port that it has chosen.
    func again(at targets: [String: String]) -> LoggerCommand {
        var command = self
        command.party.arguments = party.arguments.map { argument in
            guard argument.hasSuffix(":0"), let sign = argument.firstIndex(of: "="),
                let target = targets[String(argument[..<sign])]
            else { return argument }
            return "\(argument[..<sign])=\(target)"
        }
        return command
    }
}
