/// A process that works for a transport between broker and logger, such as RabbitMQ.
package struct CompanionProcess: Sendable, Hashable {
    /// What it is called in messages.
    package var name: String
    /// Its process id; nil where it runs elsewhere, so that its CPU time cannot be read.
    package var pid: Int32?
    /// Its version, for the report's `peer_version` column.
    package var version: String?
    /// The selectors of the transports and variants that it works for.
    package var transports: Set<String>

    /// Creates a companion.
    package init(name: String, pid: Int32?, version: String? = nil, transports: Set<String>) {
        self.name = name
        self.pid = pid
        self.version = version
        self.transports = transports
    }
}
