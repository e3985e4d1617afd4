package import Broker

/// A process that works for a transport between broker and logger, such as RabbitMQ.
package struct CompanionProcess: Sendable {
    /// What it is called in messages.
    package var name: String
    /// The process; nil where it runs elsewhere, so that its CPU time cannot be read.
    package var node: (any CompanionNode)?
    /// Its version, for the report's `peer_version` column.
    package var version: String?
    /// The selectors of the transports and variants that it works for.
    package var transports: Set<String>

    /// Its process id, of late; nil where it runs elsewhere.
    package var pid: Int32? { node?.processID }

    /// Creates a companion.
    package init(
        name: String, node: (any CompanionNode)?, version: String? = nil, transports: Set<String>
    ) {
        self.name = name
        self.node = node
        self.version = version
        self.transports = transports
    }
}
