/// A process that works for a transport between broker and logger, such as RabbitMQ.
public struct CompanionProcess: Sendable, Hashable {
    /// What it is called in messages.
    public var name: String
    /// Its process id; nil where it runs elsewhere, so that its CPU time cannot be read.
    public var pid: Int32?
    /// Its version, for the report's `peer_version` column.
    public var version: String?
    /// The names of the transports that it works for, whatever their variant.
    public var transports: Set<String>

    /// Creates a companion.
    public init(name: String, pid: Int32?, version: String? = nil, transports: Set<String>) {
        self.name = name
        self.pid = pid
        self.version = version
        self.transports = transports
    }
}
