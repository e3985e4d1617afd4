/// The start of a private cluster.
struct ClusterStart {
    private let count: Int
    private let options: RabbitMQOptions

    init(_ count: Int, _ options: RabbitMQOptions) {
        (self.count, self.options) = (count, options)
    }

    /// Starts the nodes, all at once, and waits until each answers and knows the others.
    func run() async throws -> [(node: RunningNode, process: NodeProcess)] {
        let installation = try RabbitMQInstallation.find()
        // Several Erlangs start on the cores of one.
        let timeout = options.startTimeout * count
        let deadline = ContinuousClock.now + timeout
        var triesLeft = 3
        while true {
            triesLeft -= 1
            let folders = try makeFolders(installation)
            let processes = folders.map {
                NodeProcess($0, stopTimeout: options.stopTimeout, searchPath: NodeStart.searchPath)
            }
            do {
                let nodes = try await ready(folders, processes, timeout, deadline)
                return Array(zip(nodes, processes))
            } catch {
                await Self.stop(processes, atOnce: true)
                guard triesLeft > 0, (error as? NodeStart.EndedEarly)?.log.contains("eaddrinuse") == true else {
                    if let ended = error as? NodeStart.EndedEarly { throw RabbitMQNodeError(ended.description) }
                    throw error
                }
            }
        }
    }

    private func makeFolders(_ installation: RabbitMQInstallation) throws(RabbitMQNodeError) -> [NodeFolder] {
        let cookie = String((0..<20).map { _ in Character(Unicode.Scalar(UInt8.random(in: 0x41...0x5A))) })
        var folders: [NodeFolder] = []
        do throws(RabbitMQNodeError) {
            for identity in try NodeIdentity.cluster(of: count, speaksTLS: options.tls != nil) {
                folders.append(
                    try NodeFolder(installation, identity, options: options, onlyNeeded: true, cookie: cookie))
            }
        } catch {
            for folder in folders { Files.remove(folder.path) }
            throw error
        }
        return folders
    }

    private func ready(
        _ folders: [NodeFolder], _ processes: [NodeProcess], _ timeout: Duration, _ deadline: ContinuousClock.Instant
    ) async throws -> [RunningNode] {
        var nodes: [RunningNode] = []
        for (folder, process) in zip(folders, processes) {
            let version = try await NodeStart.waitUntilReady(folder, process, timeout, deadline)
            nodes.append(RunningNode(folder, process, version: version, options: options))
        }
        // One that found no other has begun a cluster of its own.
        try await nodes[0].control("await_online_nodes", "\(count)", "--timeout", "30")
        return nodes
    }

    /// Stops them all at once.
    static func stop(_ processes: [NodeProcess], atOnce: Bool = false) async {
        await withTaskGroup(of: Void.self) { group in
            for process in processes { group.addTask { await process.stop(atOnce: atOnce) } }
        }
    }
}
