import Glibc
import Subprocess
import Synchronization

/// The life of a private server, as the shell that watches over it tells it.
final class ServerLife: Sendable {
    /// What is known of the server.
    struct State: Sendable {
        var folder = ""
        var socketFolder = ""
        var version = ""
        var processID: Int32 = 0
        var isReady = false
        /// Whether all of its processes are gone, as was ordered.
        var isKilled = false
        /// The exit status, as a shell has it; nil while it runs.
        var ended: Int32?
        /// What its log says, and what else was said.
        var words: [String] = []
        /// Whether the shell is gone, too.
        var isOver = false

        /// Takes a line of the shell's.
        mutating func hear(_ line: String) {
            let word = line.prefix { $0 != " " }
            let rest = String(line.dropFirst(word.count + 1))
            switch word {
            case "folder": folder = rest
            case "socket": socketFolder = rest
            // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
            case "version": version = rest.split(separator: " ").dropFirst(2).first.map(String.init) ?? rest
            case "started":
                (processID, isReady, ended, words) = (Int32(rest) ?? 0, false, nil, [])
            case "ready": isReady = true
            case "killed": isKilled = true
            case "ended": (ended, isReady) = (Int32(rest) ?? -1, false)
            case "log": words.append(rest)
            default: words.append(line)
            }
        }
    }

    private struct Watched {
        var state = State()
        var watchers: [AsyncStream<State>.Continuation] = []
    }

    private let watched = Mutex(Watched())
    private let orders: AsyncStream<ServerWatch.Order>.Continuation
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Starts a server.
    init(_ installation: PostgreSQLInstallation, _ options: PostgreSQLOptions) {
        let (given, orders) = AsyncStream.makeStream(of: ServerWatch.Order.self)
        self.orders = orders
        var platform = PlatformOptions()
        // Of its own, so that a Ctrl-C in the terminal stops broker-lab, and broker-lab the server.
        platform.createSession = true
        let inherited = ["PATH", "TMPDIR"].compactMap { name in
            getenv(name).map { (Environment.Key(stringLiteral: name), String(cString: $0)) }
        }
        let configuration = Configuration(
            executable: .name("sh"), arguments: Arguments(ServerWatch.arguments(installation, options)),
            // Nothing else is inherited, so that no setting of the machine's own PostgreSQL gets in.
            environment: .custom(Dictionary(uniqueKeysWithValues: inherited + [("LANG", "C.UTF-8")])),
            platformOptions: platform)
        // A task that is not cancelled with the caller's: stopping takes its time.
        let watching = Task {
            do {
                _ = try await run(configuration, input: .inputWriter, output: .sequence, error: .discarded) { shell in
                    await withTaskGroup { group in
                        group.addTask {
                            for await order in given {
                                _ = try? await shell.standardInputWriter.write(order.rawValue + "\n")
                            }
                            try? await shell.standardInputWriter.finish()
                        }
                        do {
                            for try await line in shell.standardOutput.strings() { self.change { $0.hear(line) } }
                        } catch {
                            self.change { $0.words.append("\(error)") }
                        }
                    }
                }
            } catch {
                change { $0.words.append("cannot start the shell that is to watch over PostgreSQL: \(error)") }
            }
            change { $0.isOver = true }
        }
        task.withLock { $0 = watching }
    }

    /// The first of the server's processes.
    var processID: Int32 { watched.withLock { $0.state.processID } }

    /// The lines that the server's log ends with.
    var words: String { watched.withLock { $0.state }.shownWords }

    /// Tells the shell something.
    func order(_ order: ServerWatch.Order) {
        // What was is no answer.
        change { state in
            switch order {
            case .kill: state.isKilled = false
            case .start: (state.isReady, state.ended) = (false, nil)
            }
        }
        orders.yield(order)
    }

    /// Stops the server and returns when all of its processes are gone and its folder is removed.
    func stop() async {
        orders.finish()
        await task.withLock { $0 }?.value
    }

    /// Waits until there is something in the state.
    /// - Throws: ``PostgreSQLServerError`` when the shell is gone before; `CancellationError`.
    func wait<Value: Sendable>(for value: (State) -> Value?) async throws -> Value {
        for await state in states() {
            if let found = value(state) { return found }
            if state.isOver { throw PostgreSQLServerError("PostgreSQL is gone:\(state.shownWords)") }
        }
        throw CancellationError()
    }

    /// Waits until the server answers.
    /// - Throws: ``PostgreSQLServerError`` when it ends before or takes too long; `CancellationError`.
    @discardableResult
    func waitUntilReady(_ timeout: Duration) async throws -> State {
        let state = try await withThrowingTaskGroup(of: State?.self) { group in
            group.addTask { try await self.wait { $0.isReady || $0.ended != nil ? $0 : nil } }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let state else { throw PostgreSQLServerError("PostgreSQL did not answer within \(timeout)") }
        guard state.isReady else {
            throw PostgreSQLServerError("PostgreSQL ended while it was starting; it says:\(state.shownWords)")
        }
        return state
    }

    private func change(_ body: (inout State) -> Void) {
        watched.withLock { watched in
            body(&watched.state)
            for watcher in watched.watchers { watcher.yield(watched.state) }
        }
    }

    /// The state, and every later one unless there is a still later one by then.
    private func states() -> AsyncStream<State> {
        let (states, watcher) = AsyncStream.makeStream(of: State.self, bufferingPolicy: .bufferingNewest(1))
        watched.withLock { watched in
            watcher.yield(watched.state)
            watched.watchers.append(watcher)
        }
        return states
    }
}

extension ServerLife.State {
    /// What was said, each line below the one that speaks of it.
    fileprivate var shownWords: String { words.suffix(12).map { "\n  \($0)" }.joined() }
}
