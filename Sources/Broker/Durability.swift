/// What an acknowledgement says of where the entry is, and so what it survives: declared once, for README, reports and advice.
public enum Durability: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing: the entry was written to a connection.
    case nothing
    /// The logger has it, in its memory.
    case loggerMemory = "logger-memory"
    /// A message broker has it, in its memory.
    case queueMemory = "queue-memory"
    /// A message broker has it, in a queue on its disk.
    case queueDisk = "queue-disk"
    /// Most nodes of a message broker's cluster have it, each in a queue on its disk.
    case queueReplicas = "queue-replicas"
    /// The logger has committed it to its store.
    case store

    /// What can fail once an entry was acknowledged.
    public enum Failure: String, Sendable, Hashable, CaseIterable {
        /// The logger's process ends.
        case logger
        /// The message broker's process ends, and starts again.
        case rabbitmq
        /// The host stops, and starts again.
        case host
    }

    /// What an acknowledgement of that class says, unless the transport says otherwise.
    public init(_ acknowledgement: AcknowledgementClass) {
        self =
            switch acknowledgement {
            case .unacknowledged: .nothing
            case .recorded: .loggerMemory
            case .queued: .queueDisk
            case .replicated: .queueReplicas
            case .stored: .store
            }
    }

    /// What an acknowledgement says.
    public var meaning: String {
        switch self {
        case .nothing: "it was written to the connection"
        case .loggerMemory: "the logger has it, in its memory"
        case .queueMemory: "RabbitMQ has it, in its memory"
        case .queueDisk: "RabbitMQ has it, in a queue on its disk"
        case .queueReplicas: "most nodes of RabbitMQ have it, in a queue on their disks"
        case .store: "the logger has committed it to its store"
        }
    }

    /// Whether an acknowledged entry outlives that.
    ///
    /// What waits in a queue outlives the logger; once the logger has taken it, it is in the logger's memory as any other.
    public func survives(_ failure: Failure) -> Bool {
        switch self {
        case .nothing: false
        // A message broker has no part in it, or has played its part.
        case .loggerMemory: failure == .rabbitmq
        case .queueMemory: failure == .logger
        case .queueDisk, .queueReplicas, .store: true
        }
    }

    /// What becomes of an acknowledged entry then, in words.
    public func outcome(of failure: Failure) -> String {
        switch (self, failure) {
        case (.nothing, _): "perhaps lost"
        case (.queueMemory, .logger), (.queueDisk, .logger), (.queueReplicas, .logger): "kept until the logger takes it"
        default: survives(failure) ? "kept" : "lost"
        }
    }
}
