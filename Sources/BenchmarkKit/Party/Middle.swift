import BenchmarkResults

/// How to start a program that is between broker and logger, and how it is sent to.
///
/// It says where it takes entries, `{"listen": …}`, then `{"ready": true}`, hands each entry on to the logger over the transport
/// that it was told, and answers when the logger has acknowledged it.
package struct MiddleCommand: Sendable {
    /// What is started.
    package var party: PartyCommand
    /// The selector of the transport by which the load generator sends to it.
    package var transport: String
    /// The beginning of the target by which it is sent to, in front of where it listens.
    package var scheme: String
    /// The end of that target.
    package var path: String

    /// Creates a command.
    package init(_ party: PartyCommand, transport: String, scheme: String = "http://", path: String = "/handle") {
        (self.party, self.transport, self.scheme, self.path) = (party, transport, scheme, path)
    }
}

/// A program between broker and logger, for as long as a cell is measured.
struct Middle: Sendable {
    /// What it is called in messages.
    static let role = "the broker in the middle"

    /// What is told of one that is ready and cannot be sent to.
    static let isSilent = BenchmarkError(
        "\(role) did not say where it listens. It is to print {\"listen\":\"HOST:PORT\"} before it is ready.")

    let process: PartyProcess
    /// What it calls itself, and its version.
    let name: String
    let version: String
    /// The selector of the transport by which it is sent to.
    let transport: String
    /// Where the load generator sends to.
    let target: String

    /// Starts one, which has to be stopped.
    /// - Throws: ``BenchmarkError`` when it cannot be started, is not ready in time, ends before, or does not say where it listens;
    ///   `CancellationError`.
    static func start(_ command: MiddleCommand, within limit: Duration = PartyProcess.readyLimit) async throws -> Middle
    {
        let process = try await PartyProcess.start(command.party, as: role)
        do {
            let ready = try await process.untilReady(within: limit)
            guard let place = ready.listen else {
                throw isSilent
            }
            return Middle(
                process: process, name: ready.name, version: ready.version, transport: command.transport,
                target: command.scheme + place + command.path)
        } catch {
            await process.stop()
            throw error
        }
    }

    /// How long it is waited for that a program has ended that is suspected of it.
    private static let patience = Duration.milliseconds(500)

    /// Stops it.
    /// - Parameter isSuspect: whether something went wrong that its end would explain.
    /// - Returns: the sentence that says that it had ended by itself; nil where it had not.
    func stop(isSuspect: Bool) async -> String? {
        let end = await process.end(within: isSuspect ? Self.patience : .milliseconds(20))
        await process.stop()
        return end?.sentence("\(Self.role) ended while the cell was measured")
    }
}
