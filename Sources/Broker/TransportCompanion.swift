/// A program that has to run for a transport beside broker and logger, such as a message broker between them.
///
/// A logger does not use such a transport unless it is asked to, for the program is not there on every machine; `bench` starts
/// one of its own, unless it is given one.
public protocol TransportCompanion: Sendable {
    /// What it is called in messages: `RabbitMQ`.
    var name: String { get }
    /// What starts it: `rabbitmq-server`.
    var program: String { get }

    /// Finds what ``run(_:)`` would start.
    /// - Throws: an error that says what is missing, and the command that installs it.
    func find() throws -> CompanionInstallation

    /// Starts one for `body` alone, and stops it when `body` ends, however it ends.
    func run<R: Sendable>(_ body: (RunningCompanion) async throws -> R) async throws -> R

    /// Finds out whether one that runs can be used.
    /// - Throws: ``ServerError`` that says why not.
    func check(_ target: String) async throws

    /// What answers at a port of 127.0.0.1, with its version: `RabbitMQ 3.10.8`; nil where that is something else.
    func greeting(port: Int, timeout: Duration) async -> String?

    /// What a logger is told of its ``TransportDescriptor/options``, for nothing to be counted that others have left in the
    /// companion, and for nothing to be left behind: the values by the options' names.
    /// - Parameter label: what tells this logger from all others.
    func isolation(_ label: String) -> [String: String]

    /// How many entries the companion still holds for the logger with that label; nil where it holds none for loggers.
    func backlog(of transport: TransportDescriptor, label: String, at target: String) async throws -> Int?
}

/// A companion that is installed on this machine.
public struct CompanionInstallation: Sendable, Hashable {
    /// Its version: `3.10.8`.
    public var version: String
    /// What starts it: a path.
    public var path: String

    /// Creates an installation.
    public init(version: String, path: String) {
        self.version = version
        self.path = path
    }
}

/// A companion that runs.
public struct RunningCompanion: Sendable, Hashable {
    /// Where it is found: what both halves of the transport take for their target.
    public var target: String
    /// Its process; nil where it runs elsewhere, so that its CPU time cannot be read.
    public var processID: Int32?
    /// Its version; nil where that is not known.
    public var version: String?

    /// Creates a companion.
    public init(target: String, processID: Int32? = nil, version: String? = nil) {
        self.target = target
        self.processID = processID
        self.version = version
    }
}
