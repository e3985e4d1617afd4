/// A private RabbitMQ node that was started for a while: for a benchmark, or for a test.
package struct RunningNode: Sendable, Hashable {
    /// Where clients find it: `amqp://guest:guest@127.0.0.1:PORT`.
    package let url: String
    /// The port on which it speaks TLS; nil where it does not.
    package let tlsPort: Int?
    /// What Erlang calls it: `brokerlab-PORT@localhost`.
    package let name: String
    /// The address that it listens at: 127.0.0.1, unless it is one of several, or in another network.
    package let address: String
    /// The port it listens on, at that address only.
    package let port: Int
    /// The Erlang process, which does all of the node's work; another one after ``RunningNode/startAgain()``.
    package let processID: Int32
    /// RabbitMQ's version, as it names it in connection.start: `3.10.8`.
    package let version: String
    /// Everything it writes lies in this folder, which is removed with it.
    package let folder: String

    let files: NodeFolder
    let process: NodeProcess
    let options: RabbitMQOptions

    init(_ files: NodeFolder, _ process: NodeProcess, version: String, options: RabbitMQOptions) {
        (name, address, port) = (files.identity.name, files.identity.address, files.identity.port)
        url = Self.url(address: address, port: port)
        tlsPort = files.identity.tlsPort
        processID = files.processID ?? 0
        self.version = version
        folder = files.path
        (self.files, self.process, self.options) = (files, process, options)
    }

    /// Where clients find a node at an address.
    package static func url(address: String, port: Int) -> String { "amqp://guest:guest@\(address):\(port)" }

    /// The file that the node's log goes to.
    package var logFile: String { folder + "/" + NodeFolder.log }

    /// Whether both are the same node.
    package static func == (node: RunningNode, other: RunningNode) -> Bool { node.folder == other.folder }

    /// Feeds what tells nodes apart.
    package func hash(into hasher: inout Hasher) { hasher.combine(folder) }
}

/// What a private node can be told.
package struct RabbitMQOptions: Sendable, Hashable {
    /// How long the node may take to answer on its port.
    package var startTimeout: Duration
    /// How long it may take to stop; then it is killed.
    package var stopTimeout: Duration
    /// Where the node's folder is made; its disk is the one that persistent messages go to.
    package var directory: String
    /// Further lines of `rabbitmq.conf`.
    package var configuration: [String]
    /// The plugins that are enabled, by name: `rabbitmq_auth_mechanism_ssl`.
    package var plugins: [String]
    /// What the node speaks TLS with, at a port of its own; nil where it speaks none.
    package var tls: Certificate?
    /// The network that a node that is alone is started in; nil is this process's loopback.
    package var place: NodePlace?

    /// A certificate with its key, and the authority that has signed it: PEM files.
    package struct Certificate: Sendable, Hashable {
        package let authorityFile, certificateFile, keyFile: String
        /// Who calls the node by this name (RFC 6066, 3) has to have a certificate of the authority's; nil where nobody has to.
        package let mutualName: String?

        /// A certificate in those files.
        package init(authorityFile: String, certificateFile: String, keyFile: String, mutualName: String? = nil) {
            (self.authorityFile, self.certificateFile, self.keyFile) = (authorityFile, certificateFile, keyFile)
            self.mutualName = mutualName
        }
    }

    /// Creates options.
    package init(
        startTimeout: Duration = .seconds(60), stopTimeout: Duration = .seconds(10), directory: String? = nil,
        configuration: [String] = [], plugins: [String] = [], tls: Certificate? = nil, place: NodePlace? = nil
    ) {
        self.place = place
        self.tls = tls
        self.startTimeout = startTimeout
        self.stopTimeout = stopTimeout
        self.directory = directory ?? temporaryDirectory()
        self.configuration = configuration
        self.plugins = plugins
    }
}

/// Starts a private RabbitMQ node, lends it to `body` and stops it, whatever becomes of `body`.
///
/// The node disturbs no other: it has a name, ports (on loopback only, or at a place's address) and a folder of its own, and no epmd. Should this
/// process die, even by SIGKILL, the node is stopped and its folder removed by the shell that watches over it.
/// - Throws: what `body` throws; ``RabbitMQNodeError`` when RabbitMQ is missing, too old, or does not start;
///   `CancellationError` when the task is cancelled before the node is ready.
package func withRabbitMQ<R: Sendable>(
    _ options: RabbitMQOptions = RabbitMQOptions(), _ body: (RunningNode) async throws -> R
) async throws -> R {
    let (node, process) = try await NodeStart(options).run()
    do {
        let result = try await body(node)
        await process.stop()
        return result
    } catch {
        await process.stop()
        throw error
    }
}

/// Why a private RabbitMQ node could not be had.
package struct RabbitMQNodeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What failed, why, and what to do about it; with what the node's log says where it has one.
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
