import Subprocess

/// What is heard from a logger's process, and what is done meanwhile.
struct LoggerConversation<Value: Sendable>: Sendable {
    typealias Body = @Sendable (LoggerProcess) async throws -> Value

    private enum Event: Sendable {
        case ready(targets: [String: String])
        case late
        case outputEnded
        case bodyEnded(Result<Value, any Error>)
        case cancelled
    }

    /// How the conversation ended.
    enum Ending: Sendable {
        case body(Result<Value, any Error>)
        case neverReady
        case endedBeforeReady
        case endedTooEarly
    }

    /// How the conversation ended, and the last that the logger said on its standard error.
    struct Outcome: Sendable {
        var ending: Ending
        var lastWords: LastLines
    }

    /// How long the logger may take to be ready.
    private let readyLimit: Duration
    private let body: Body
    private let events: AsyncStream<Event>
    private let sink: AsyncStream<Event>.Continuation

    init(readyLimit: Duration, body: @escaping Body) {
        self.readyLimit = readyLimit
        self.body = body
        (events, sink) = AsyncStream.makeStream(of: Event.self)
    }

    /// Cancels `body`, or keeps it from being run; the logger is stopped after that.
    func cancel() {
        sink.yield(.cancelled)
    }

    /// Reads what the logger says until it is ready, runs `body`, and stops the logger.
    ///
    /// Knows no other cancellation than ``cancel()``.
    /// - Parameter stop: ends the process; afterwards its outputs end.
    func hold(
        pid: Int32, output: SubprocessOutputSequence, error: SubprocessOutputSequence,
        stop: @Sendable () async -> Void
    ) async -> Outcome {
        // A full pipe would stop the logger, so both outputs are read for as long as it lives.
        let listener = Task { @concurrent in
            var targets: [String: String] = [:]
            defer { sink.yield(.outputEnded) }
            for try await line in output.strings() {
                switch LoggerLine(line) {
                case .address(let transport, let target): targets[transport] = target
                case .ready: sink.yield(.ready(targets: targets))
                case .other: break
                }
            }
        }
        let errorListener = Task { @concurrent in
            var lines = LastLines()
            do {
                for try await line in error.strings() { lines.append(line) }
            } catch {
                // The pipe is gone with the process: what was read is all there is.
            }
            return lines
        }
        let ending = await listen(pid)
        await stop()
        _ = await listener.result
        return Outcome(ending: ending, lastWords: await errorListener.value)
    }

    private func listen(_ pid: Int32) async -> Ending {
        let timer = Task { @concurrent in
            guard (try? await Task.sleep(for: readyLimit)) != nil else { return }
            sink.yield(.late)
        }
        defer { timer.cancel() }
        var bodyTask: Task<Void, Never>?
        var isCancelled = false
        var loggerIsGone = false
        for await event in events {
            switch event {
            case .ready(let targets):
                guard bodyTask == nil, !isCancelled else { continue }
                let process = LoggerProcess(pid: pid, targets: targets)
                bodyTask = Task { @concurrent in
                    do {
                        sink.yield(.bodyEnded(.success(try await body(process))))
                    } catch {
                        sink.yield(.bodyEnded(.failure(error)))
                    }
                }
            case .late where bodyTask == nil: return .neverReady
            case .late: continue
            case .outputEnded:
                guard let bodyTask else { return isCancelled ? cancelled : .endedBeforeReady }
                loggerIsGone = true
                bodyTask.cancel()
            case .cancelled:
                isCancelled = true
                guard let bodyTask else { return cancelled }
                bodyTask.cancel()
            case .bodyEnded(let result):
                return loggerIsGone && !isCancelled ? .endedTooEarly : .body(result)
            }
        }
        return cancelled
    }

    private var cancelled: Ending { .body(.failure(CancellationError())) }
}
