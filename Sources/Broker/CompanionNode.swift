/// A process of a companion that was started here, such as a node of RabbitMQ: which one it is of late, and what can be done to it, for it
/// to be seen what becomes of entries meanwhile.
public protocol CompanionNode: Sendable {
    /// Its process id, of late; nil while there is no such process.
    var processID: Int32? { get }

    /// What the others of its cluster call it.
    var name: String { get }

    /// Kills it as a crash would (SIGKILL), and returns when it is gone; what it has on disk stays.
    func kill() async throws

    /// Starts it again where it was, with what it has on disk, and returns when it answers.
    func startAgain() async throws

    /// Has it take nothing from those who send to it, as for want of memory, until `body` ends.
    func withoutMemory(_ body: () async -> Void) async throws

    /// Which node of its cluster has the last word on what is kept for the logger with that label: its name, of late.
    /// - Throws: an error where there is no such node, or it cannot be told.
    func leader(of transport: TransportDescriptor, label: String) async throws -> String

    /// Has another node of its cluster be that leader where it is itself, and returns when that one is.
    /// - Throws: an error where none of the others takes it over.
    func leaveLead(of transport: TransportDescriptor, label: String) async throws
}
