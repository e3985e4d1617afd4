import BenchmarkResults
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
        case stop
    }

    /// How long it may take to be ready; consuming from a message broker is the slowest.
    static let readyLimit = Duration.seconds(30)
    /// How long it may take to drain before it is killed.
    private static let drainLimit = Duration.seconds(10)
    /// The most lines that wait for a reader: a party may print whatever it likes.
    private static let mostLines = 4096
    /// The longest line, in bytes: a result has histograms.
    static let longestLine = 4 << 20

    /// What it is called in messages: `the logger`.
    let role: String
    /// Its process id.
    let pid: Int32
    /// The lines of its standard output, for one reader at a time; they end when it does.
    let lines: AsyncStream<String>
    private let orders: AsyncStream<Order>.Continuation
    private let task: Task<PartyEnd, any Error>

    private init(
        role: String, pid: Int32, lines: AsyncStream<String>, orders: AsyncStream<Order>.Continuation,
        task: Task<PartyEnd, any Error>
    ) {
        (self.role, self.pid, self.lines, self.orders, self.task) = (role, pid, lines, orders, task)
    }

    /// Starts a party, which has to be stopped.
    /// - Throws: ``BenchmarkError`` when it cannot be started; `CancellationError`.
    static func start(_ command: PartyCommand, as role: String) async throws -> PartyProcess {
        let (lines, lineSink) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(mostLines))
        let (orders, orderSink) = AsyncStream.makeStream(of: Order.self)
        let (starts, startSink) = AsyncStream.makeStream(of: Int32.self)
        // A task of its own, which is never cancelled: swift-subprocess stops a process as soon as its task is, which would
        // take the party away from whoever has yet to end in good order.
        let task = Task { @concurrent in
            defer { startSink.finish() }
            return try await hold(command, role, lineSink, orders, orderSink) { startSink.yield($0) }
        }
        for await pid in starts {
            return PartyProcess(role: role, pid: pid, lines: lines, orders: orderSink, task: task)
        }
        orderSink.yield(.stop)
        _ = try await task.value
        throw CancellationError()
    }

    /// Has it read a line on its standard input.
    func say(_ line: String) {
        orders.yield(.say(line))
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
    /// - Returns: where each transport can be sent to, as a logger says it.
    /// - Throws: ``BenchmarkError`` with its last words when it is not ready in time, or ends before; `CancellationError`.
    func untilReady(within limit: Duration) async throws -> [String: String] {
        let targets: [String: String]?
        do {
            targets = try await BoundedTask.run(limit: limit) { [lines] in
                var targets: [String: String] = [:]
                for await line in lines {
                    switch PartyLine(line) {
                    case .address(let transport, let target): targets[transport] = target
                    case .ready: return targets
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
        if let targets { return targets }
        try Task.checkCancellation()
        throw BenchmarkError(await stop().sentence("\(role) ended before it was ready"))
    }

    private static func hold(
        _ command: PartyCommand, _ role: String, _ lines: AsyncStream<String>.Continuation,
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
                    let said = execution.standardOutput.strings(bufferingPolicy: .maxLineLength(longestLine))
                    for try await line in said { lines.yield(line) }
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
                for await order in orders {
                    guard case .say(let line) = order else { break }
                    // One that has ended does not hear it; its output says so.
                    _ = try? await execution.standardInputWriter.write(line + "\n")
                }
                await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: drainLimit)])
                _ = await output.result
                return await errors.value
            }
            return PartyEnd(run.terminationStatus, lastWords: run.closureResult)
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
    var lastWords = LastLines()

    /// The sentence that says so, with its last words.
    func sentence(_ beginning: String) -> String {
        "\(beginning) (\(how)).\(lastWords.asQuotation)"
    }
}

extension PartyEnd {
    init(_ status: TerminationStatus, lastWords: LastLines) {
        isSuccess = status.isSuccess
        how =
            switch status {
            case .exited(let code): "exit code \(code)"
            case .signaled(let signal): "killed by signal \(signal)"
            }
        self.lastWords = lastWords
    }
}
