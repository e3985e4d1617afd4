import BenchmarkResults
import Glibc
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A program that plays the broker or the logger, in a process of its own: what is said to it, and what it says.
///
/// Its standard input is a pipe that this process alone holds the other end of: should this process be killed, the pipe
/// ends, and so does the party. It has a process group of its own: Ctrl-C reaches the benchmark alone, which then stops the
/// party in its turn.
final class PartyProcess: Sendable {
    private enum Order: Sendable {
        case say(String)
        case endInput
        case stop
    }

    /// How long it may take to be ready; consuming from a message broker is the slowest.
    static let readyLimit = Duration.seconds(30)
    /// How long it may take to drain before it is killed.
    static let drainLimit = Duration.seconds(10)
    /// The most lines that wait for a reader: a party may print whatever it likes.
    private static let mostLines = 4096
    /// The longest line, in bytes: a result has histograms.
    static let longestLine = 4 << 20

    /// What it is called in messages: `the logger`.
    let role: String
    private let command: PartyCommand
    /// Its process id.
    let pid: Int32
    /// The lines of its standard output, for one reader at a time; they end when it does.
    let lines: AsyncStream<String>
    private let orders: AsyncStream<Order>.Continuation
    private let task: Task<PartyEnd, any Error>

    private init(
        _ command: PartyCommand, role: String, pid: Int32, lines: AsyncStream<String>,
        orders: AsyncStream<Order>.Continuation, task: Task<PartyEnd, any Error>
    ) {
        (self.command, self.role, self.pid, self.lines, self.orders, self.task) = (
            command, role, pid, lines, orders, task
        )
    }

    /// Starts a party, which has to be stopped.
    /// - Parameter drainLimit: how long it may take to end before it is killed.
    /// - Throws: ``BenchmarkError`` when it cannot be started; `CancellationError`.
    static func start(
        _ command: PartyCommand, as role: String, drainLimit: Duration = drainLimit
    ) async throws -> PartyProcess {
        let (lines, lineSink) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(mostLines))
        let (orders, orderSink) = AsyncStream.makeStream(of: Order.self)
        let (starts, startSink) = AsyncStream.makeStream(of: Int32.self)
        // A task of its own, which is never cancelled: swift-subprocess stops a process as soon as its task is, which would
        // take the party away from whoever has yet to end in good order.
        let task = Task { @concurrent in
            defer { startSink.finish() }
            return try await hold(command, role, drainLimit, lineSink, orders, orderSink) { startSink.yield($0) }
        }
        for await pid in starts {
            return PartyProcess(command, role: role, pid: pid, lines: lines, orders: orderSink, task: task)
        }
        orderSink.yield(.stop)
        _ = try await task.value
        throw CancellationError()
    }

    /// Has it read a line on its standard input.
    func say(_ line: String) {
        orders.yield(.say(line))
    }

    /// Ends its standard input.
    func endInput() {
        orders.yield(.endInput)
    }

    /// How it ended by itself; nil where it has not within the limit.
    func end(within limit: Duration) async -> PartyEnd? {
        try? await BoundedTask.run(limit: limit, grace: .zero) { [task] in try await task.value }
    }

    /// Stops it, if it has not ended by itself, and waits until it has.
    @discardableResult
    func stop() async -> PartyEnd {
        orders.yield(.stop)
        do {
            return try await task.value
        } catch {
            return PartyEnd(how: "\(error)")
        }
    }

    /// Reads what it says until it is ready.
    /// - Throws: ``BenchmarkError`` with its last words when it is not ready in time, or ends before; `CancellationError`.
    func untilReady(within limit: Duration) async throws -> PartyReadiness {
        let readiness: PartyReadiness?
        do {
            readiness = try await BoundedTask.run(limit: limit) { [lines, command] in
                var readiness = PartyReadiness(name: command.name, version: command.version)
                for await line in lines {
                    switch PartyLine(line) {
                    case .address(let transport, let target): readiness.targets[transport] = target
                    case .listening(let place): readiness.listen = place
                    case .ready(let name, let version):
                        if let name { (readiness.name, readiness.version) = (name, version ?? "") }
                        return readiness
                    case .other: break
                    }
                }
                try Task.checkCancellation()
                return nil
            }
        } catch {
            try Task.checkCancellation()
            let end = await stop()
            throw BenchmarkError(
                "\(role) was not ready within \(limit.components.seconds) s.\(end.lastWords.asQuotation)")
        }
        if let readiness { return readiness }
        try Task.checkCancellation()
        throw BenchmarkError(await stop().sentence("\(role) ended before it was ready"))
    }

    private static func hold(
        _ command: PartyCommand, _ role: String, _ drainLimit: Duration, _ lines: AsyncStream<String>.Continuation,
        _ orders: AsyncStream<Order>, _ orderSink: AsyncStream<Order>.Continuation,
        started: @escaping @Sendable (Int32) -> Void
    ) async throws -> PartyEnd {
        defer { lines.finish() }
        var options = PlatformOptions()
        options.processGroupID = 0
        do {
            let run = try await Subprocess.run(
                .path(FilePath(command.executable)), arguments: Arguments(command.arguments), platformOptions: options,
                input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                started(execution.processIdentifier.value)
                // A full pipe would stop the party, so both outputs are read for as long as it lives.
                let output = Task { @concurrent in
                    defer {
                        lines.finish()
                        orderSink.yield(.stop)
                    }
                    var stray = StrayLines()
                    let said = execution.standardOutput.strings(bufferingPolicy: .maxLineLength(longestLine))
                    do {
                        for try await line in said {
                            stray.look(at: line)
                            lines.yield(line)
                        }
                    } catch {
                        // The pipe is gone with the process, or a line was too long: what was read is all there is.
                    }
                    return stray
                }
                let errors = Task { @concurrent in
                    var lines = LastLines()
                    do {
                        for try await line in execution.standardError.strings() { lines.append(line) }
                    } catch {
                        // The pipe is gone with the process: what was read is all there is.
                    }
                    return lines
                }
                reading: for await order in orders {
                    switch order {
                    // One that has ended does not hear it; its output says so.
                    case .say(let line): _ = try? await execution.standardInputWriter.write(line + "\n")
                    case .endInput: try? await execution.standardInputWriter.finish()
                    case .stop: break reading
                    }
                }
                await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: drainLimit)])
                // What it has started and left behind would be at work beside the cells to come.
                try? execution.send(signal: .kill, toProcessGroup: true)
                return (stray: await output.value, lastWords: await errors.value)
            }
            return PartyEnd(
                run.terminationStatus, lastWords: run.closureResult.lastWords, stray: run.closureResult.stray)
        } catch {
            throw BenchmarkError("cannot start \(role) '\(command.executable)': \(error)")
        }
    }
}

/// How a party ended, and the last that it said on its standard error.
struct PartyEnd: Sendable {
    /// The words for it: `exit code 1`.
    var how: String
    /// Whether it was exit code 0.
    var isSuccess = false
    /// Whether it had to be killed.
    var isKilled = false
    var lastWords = LastLines()
    var stray = StrayLines()

    /// The sentence that says so, with its last words.
    func sentence(_ beginning: String) -> String {
        "\(beginning) (\(how)).\(lastWords.asQuotation)"
    }
}

extension PartyEnd {
    init(_ status: TerminationStatus, lastWords: LastLines, stray: StrayLines) {
        isSuccess = status.isSuccess
        self.stray = stray
        how =
            switch status {
            case .exited(let code): "exit code \(code)"
            case .signaled(let signal): "killed by signal \(signal)"
            }
        if case .signaled(let signal) = status { isKilled = signal == SIGKILL }
        self.lastWords = lastWords
    }
}
