import Glibc
import Subprocess
import SystemPackage

extension RunningNode {
    /// The Erlang process of late; nil while there is none.
    package var latestProcessID: Int32? { files.processID }

    /// Kills the node as a crash would (SIGKILL) and returns when its process is gone; what it wrote to disk stays.
    package func kill() async throws {
        try await process.kill()
    }

    /// Starts the node again that was killed, with the same port and the same data, and returns when it answers.
    /// - Throws: ``RabbitMQNodeError`` when it does not start.
    package func startAgain() async throws {
        process.startAgain()
        _ = try await NodeStart.waitUntilReady(
            files, process, options.startTimeout, ContinuousClock.now + options.startTimeout)
    }

    /// Waits until the node has ended without having been stopped, which it is not to do.
    /// - Throws: ``RabbitMQNodeError`` that says how it ended; `CancellationError` when the task is cancelled before.
    package func awaitEnd() async throws {
        let running = files.processID ?? processID
        var status = files.exitStatus
        while status == nil {
            // The shell that watches over it writes a file.
            try await Task.sleep(for: .milliseconds(100))
            status = files.exitStatus
        }
        // As a shell has it: 128 and the signal.
        guard let status, status > 128 else {
            throw RabbitMQNodeError(
                "RabbitMQ (process \(running)) ended by itself, with exit status \(status ?? 0); "
                    + "its log says:\(files.excerptOfLog)")
        }
        throw RabbitMQNodeError("RabbitMQ (process \(running)) was ended by signal \(status - 128)")
    }

    /// Has the node take it that it uses more memory than it may (`vm_memory_high_watermark`), until `body` ends: it reads nothing more
    /// from who publishes, and tells those who want to know it (`connection.blocked`).
    /// - Throws: ``RabbitMQNodeError`` where it cannot be told.
    package func withMemoryAlarm(_ body: () async -> Void) async throws {
        let before = try await call("vm_memory_monitor get_vm_memory_high_watermark []")
        try await call("vm_memory_monitor set_vm_memory_high_watermark [{absolute,1}]")
        await body()
        // A program is ended with the task that runs it, and this one is to be run in any case.
        _ = try await Task { try await call("vm_memory_monitor set_vm_memory_high_watermark [\(before)]") }.value
    }

    /// Calls a function within the node, as `erl_call -a` takes it, and returns what it returned.
    /// - Throws: ``RabbitMQNodeError`` with what was printed when it fails.
    @discardableResult
    private func call(_ function: String) async throws -> String {
        try await erlCall(["-a", function])
    }

    /// Evaluates expressions within the node, as `erl_call -e` takes them, and returns `{ok, VALUE}` with the value of the last one.
    /// - Throws: ``RabbitMQNodeError`` with what was printed when one fails.
    func evaluate(_ expressions: String) async throws -> String {
        let printed = try await erlCall(["-e"], input: expressions + "\n")
        guard printed.hasPrefix("{ok,") else {
            throw RabbitMQNodeError("erl_call -e on \(name) failed: \(printed)")
        }
        return printed
    }

    /// Runs `erl_call` on the node and returns what it printed.
    ///
    /// That takes milliseconds, in which an Erlang of its own, as `rabbitmqctl` starts it, has not begun.
    private func erlCall(_ arguments: [String], input: String = "") async throws -> String {
        let environment = files.environment(searchPath: NodeStart.searchPath)
        // The cookie is in the file that Erlang keeps it in, in the node's HOME.
        let words =
            (files.identity.place?.entrance ?? []) + [
                "erl_call", "-address", "\(files.identity.distributionAddress):\(files.identity.distributionPort)",
                "-R",
                "-timeout", "5",
            ] + arguments
        do {
            let result = try await run(
                words[0].contains("/") ? .path(FilePath(words[0])) : .name(words[0]),
                arguments: Arguments(Array(words.dropFirst())),
                environment: .custom(
                    Dictionary(
                        uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
                input: .string(input), output: .string(limit: 1 << 16), error: .combinedWithOutput)
            let printed = result.standardOutput
            guard case .exited(0) = result.terminationStatus, !printed.isEmpty, !printed.contains("badrpc") else {
                throw RabbitMQNodeError("erl_call \(arguments.joined(separator: " ")) on \(name) failed: \(printed)")
            }
            return printed
        } catch let error as SubprocessError {
            throw RabbitMQNodeError(
                "cannot run erl_call, which is part of Erlang (erlang-base on Debian): \(error). Put it on the PATH.")
        }
    }

    /// Runs `rabbitmqctl` on the node and returns what it printed.
    ///
    /// It is told where the node is, so that it neither needs nor starts an epmd.
    /// - Throws: ``RabbitMQNodeError`` with what it printed when it fails.
    @discardableResult
    package func control(_ arguments: String...) async throws -> String {
        var environment = files.environment(searchPath: NodeStart.searchPath)
        environment["RABBITMQ_CTL_ERL_ARGS"] = files.controlArguments
        let words = (files.identity.place?.entrance ?? []) + [files.control] + arguments
        let result = try await run(
            .path(FilePath(words[0])), arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(
                Dictionary(
                    uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            output: .string(limit: 1 << 20), error: .combinedWithOutput)
        let printed = result.standardOutput
        guard case .exited(0) = result.terminationStatus else {
            throw RabbitMQNodeError("rabbitmqctl \(arguments.joined(separator: " ")) failed: \(printed)")
        }
        return printed
    }
}
