import Broker

/// The names of the wire contract at RabbitMQ.
enum Contract {
    /// The durable topic exchange that entries are published to.
    static let exchange = "logs_topic"
    /// The like of it that leads to quorum queues, so that one suite can measure both kinds apart.
    static let quorumExchange = "logs_topic.quorum"
    /// The like of it that leads to queues whose consumer acknowledges in batches.
    static let batchExchange = "logs_topic.ack-batch"
    /// The likes of it that lead to classic queues of version 1, and to queues whose consumer may have fewer or more entries than usual.
    static let classicVersion1Exchange = "logs_topic.classic-v1"
    static let fewAheadExchange = "logs_topic.prefetch-32"
    static let manyAheadExchange = "logs_topic.prefetch-2048"
    static let largeBatchExchange = "logs_topic.ack-batch-1024"
    /// The likes of these that lead to queues on a cluster, so that one suite can measure one node and several.
    static let clusterExchange = "logs_topic.cluster"
    static let quorumClusterExchange = "logs_topic.quorum-cluster"
    /// The queue that both halves use unless told otherwise.
    static let defaultQueue = "broker-lab-logger"
}

/// The routing keys of the wire contract: `log.INFO`, `log.WARNING`, `log.ERROR`.
enum RoutingKey {
    /// Every key that a logger binds.
    static let all = Severity.allCases.map(key)

    /// The key of entries of `severity`.
    static func key(_ severity: Severity) -> String {
        "log.\(severity.name)"
    }

    /// The severity that a key names; `info` for a key of someone else's.
    static func severity(_ key: UnsafeRawBufferPointer) -> Severity {
        if key.elementsEqual("log.INFO".utf8) { return .info }
        if key.elementsEqual("log.WARNING".utf8) { return .warning }
        if key.elementsEqual("log.ERROR".utf8) { return .error }
        return .info
    }
}
