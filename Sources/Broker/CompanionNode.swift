/// A process of a companion that was started here, such as a node of RabbitMQ: which one it is of late, and what can be done to it, for it
/// to be seen what becomes of entries meanwhile.
public protocol CompanionNode: Sendable {
    /// Its process id, of late; nil while there is no such process.
    var processID: Int32? { get }

    /// Kills it as a crash would (SIGKILL), and returns when it is gone; what it has on disk stays.
    func kill() async throws

    /// Starts it again where it was, with what it has on disk, and returns when it answers.
    func startAgain() async throws

    /// Has it take nothing from those who send to it, as for want of memory, until `body` ends.
    func withoutMemory(_ body: () async -> Void) async throws
}
