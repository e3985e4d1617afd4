/// A program that has to run for a transport beside broker and logger, such as a message broker between them.
///
/// A logger does not use such a transport unless it is asked to, for the program is not there on every machine; `bench` starts
/// one of its own, unless it is given one.
public protocol TransportCompanion: Sendable {
    /// What it is called in messages: `RabbitMQ`.
    var name: String { get }
    /// What starts it: `rabbitmq-server`.
    var program: String { get }
    /// Whether it can be started at an end of a link, so that entries go over a network.
    var runsBehindLinks: Bool { get }
    /// Whether one that is started here can be killed and started again, with what it had taken over.
    var canBeKilled: Bool { get }

    /// Finds what ``run(_:)`` would start.
    /// - Throws: an error that says what is missing, and the command that installs it.
    func find() throws -> CompanionInstallation

    /// Starts one for `body` alone, and stops it when `body` ends, however it ends.
    /// - Parameters:
    ///   - certificate: what it also speaks TLS with, so that it has a ``RunningCompanion/secureTarget``, and with a client's a
    ///     ``RunningCompanion/mutualTarget``; nil where it is to speak none.
    ///   - place: where it is started; nil is this process's loopback, and all that is asked where not ``runsBehindLinks``.
    func run<R: Sendable>(
        certificate: ServerCertificate?, at place: CompanionPlace?, _ body: (RunningCompanion) async throws -> R
    ) async throws -> R

    /// Looks at what runs at each address of `target`, which may be a cluster: whether it can be used, and its version.
    /// - Throws: what is wrong with the target itself.
    func look(at target: String) async throws -> [CompanionAnswer]

    /// What answers at a port of 127.0.0.1, with its version: `RabbitMQ 3.10.8`; nil where that is something else.
    func greeting(port: Int, timeout: Duration) async -> String?

    /// What a logger is told of its ``TransportDescriptor/options``, for nothing to be counted that others have left in the
    /// companion, and for nothing to be left behind: the values by the options' names.
    /// - Parameter label: what tells this logger from all others.
    func isolation(_ label: String) -> [String: String]

    /// The same where that logger, or the companion, is killed and started again: what the companion keeps for the logger outlives
    /// that for a while.
    func isolationOutliving(_ label: String) -> [String: String]

    /// How many files a companion that is started here has to be allowed to open (RLIMIT_NOFILE) for so many connections.
    func openFiles(forConnections count: Int) -> Int

    /// How many entries the companion still holds for the logger with that label; nil where it holds none for loggers.
    func backlog(of transport: TransportDescriptor, label: String, at target: String) async throws -> Int?
}

extension TransportCompanion {
    /// On loopback only.
    public var runsBehindLinks: Bool { false }

    /// It cannot.
    public var canBeKilled: Bool { false }

    /// As for any other logger.
    public func isolationOutliving(_ label: String) -> [String: String] { isolation(label) }

    /// Those of the connections, and 1,000 beside them.
    public func openFiles(forConnections count: Int) -> Int { count + 1000 }

    /// Finds out whether one that runs can be used: one address is enough.
    /// - Returns: its version; nil where it does not tell.
    /// - Throws: ``ServerError`` that says why not.
    public func check(_ target: String) async throws -> String? {
        let answers = try await look(at: target)
        if let answer = answers.first(where: { $0.failure == nil }) { return answer.version }
        throw ServerError(answers.compactMap(\.failure).joined(separator: " "))
    }
}

/// What a companion has answered at one address.
public struct CompanionAnswer: Sendable, Hashable {
    /// Where it was asked: `127.0.0.1:5672`.
    public var address: String
    /// Its version, where it has told one.
    public var version: String?
    /// Why it cannot be used; nil where it can.
    public var failure: String?

    /// Creates an answer.
    public init(address: String, version: String? = nil, failure: String? = nil) {
        (self.address, self.version, self.failure) = (address, version, failure)
    }
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
public struct RunningCompanion: Sendable {
    /// Where it is found: what both halves of the transport take for their target.
    public var target: String
    /// The same for connections with TLS; nil where it speaks none, or the target alone says how it is reached.
    public var secureTarget: String?
    /// The same for connections that are asked for a certificate; nil where none are.
    public var mutualTarget: String?
    /// Where the lab itself asks it, where that is not the target.
    public var labTarget: String?
    /// Its processes; none where it runs elsewhere, so that its CPU time cannot be read.
    public var nodes: [any CompanionNode]
    /// Its version; nil where that is not known.
    public var version: String?

    /// Creates a companion.
    public init(
        target: String, secureTarget: String? = nil, mutualTarget: String? = nil, labTarget: String? = nil,
        nodes: [any CompanionNode] = [], version: String? = nil
    ) {
        self.target = target
        self.secureTarget = secureTarget
        self.mutualTarget = mutualTarget
        self.labTarget = labTarget
        self.nodes = nodes
        self.version = version
    }
}
