import Glibc
import Subprocess
import SystemPackage

extension RunningNode {
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
