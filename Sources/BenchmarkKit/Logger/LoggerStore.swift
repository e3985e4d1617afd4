/// A database that a logger of a benchmark keeps entries in, and how it is looked into beside that logger.
package struct LoggerStore: Sendable {
    /// What the logger is told beside the rest of its command.
    package var arguments: [String]
    /// The first process of the database's server, which starts the others; nil where there is no server.
    package var serverPID: Int32?
    /// How many different entries of a run are there, as the database itself says.
    package var count: @Sendable (_ run: String) async throws -> UInt64
    /// The sequence numbers of a run's entries that are there, in their order and each as often as it is stored, as the database
    /// itself says; nil where nobody can tell.
    package var sequences: (@Sendable (_ run: String) async throws -> [UInt64])?

    /// Creates a store.
    package init(
        arguments: [String], serverPID: Int32? = nil, count: @escaping @Sendable (_ run: String) async throws -> UInt64
    ) {
        self.arguments = arguments
        self.serverPID = serverPID
        self.count = count
    }
}

extension LoggerCommand {
    /// The command of a logger that keeps entries in a store; nil is its memory.
    func keeping(in store: LoggerStore?) -> LoggerCommand {
        var command = self
        command.party.arguments += store?.arguments ?? []
        return command
    }
}
