import Glibc

/// The start of a private node, with a second and a third try where that makes sense.
struct NodeStart {
    private let options: RabbitMQOptions

    init(_ options: RabbitMQOptions) {
        self.options = options
    }

    /// Starts a node and waits until it answers.
    func run() async throws -> (RunningNode, NodeProcess) {
        let installation = try RabbitMQInstallation.find()
        let deadline = ContinuousClock.now + options.startTimeout
        var onlyNeeded = true
        var triesLeft = 3
        while true {
            triesLeft -= 1
            let folder = try NodeFolder(
                installation, .alone(speaksTLS: options.tls != nil, at: options.place), options: options,
                onlyNeeded: onlyNeeded)
            let process = NodeProcess(folder, stopTimeout: options.stopTimeout, searchPath: Self.searchPath)
            do {
                let version = try await Self.waitUntilReady(folder, process, options.startTimeout, deadline)
                return (RunningNode(folder, process, version: version, options: options), process)
            } catch let ended as EndedEarly {
                await process.stop()
                let isPortTaken = ended.log.contains("eaddrinuse")
                if triesLeft == 0 || !(isPortTaken || onlyNeeded) {
                    throw RabbitMQNodeError("RabbitMQ ended while it was starting; its log says:\(ended.log)")
                }
                if !isPortTaken { onlyNeeded = false }
            } catch {
                await process.stop(atOnce: true)
                throw error
            }
        }
    }

    /// Where programs are looked for.
    static var searchPath: String { getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin" }

    /// The node ended by itself.
    struct EndedEarly: Error, CustomStringConvertible {
        var log: String
        var description: String { "RabbitMQ ended while it was starting; its log says:\(log)" }
    }

    /// Waits until the node answers; returns its version.
    static func waitUntilReady(
        _ folder: NodeFolder, _ process: NodeProcess, _ timeout: Duration, _ deadline: ContinuousClock.Instant
    ) async throws -> String {
        while ContinuousClock.now < deadline {
            if let failure = process.failure {
                throw RabbitMQNodeError("cannot start the shell that is to watch over RabbitMQ: \(failure)")
            }
            if folder.exitStatus != nil { throw EndedEarly(log: folder.excerptOfLog) }
            if folder.processID != nil,
                let version = try await folder.identity.greeting,
                try await folder.identity.listensForTLS
            {
                return version
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RabbitMQNodeError(
            "RabbitMQ did not answer on \(folder.identity.address):\(folder.identity.port) within \(timeout); "
                + "its log says:\(folder.excerptOfLog)")
    }
}
