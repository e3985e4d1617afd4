/// The keys of a suite file; each is also a column of the report or a flag of `brokerlab bench`.
enum SuiteKey: String, CaseIterable {
    case name
    case transports
    case payloadBytes = "payload_bytes"
    case payload
    case inFlight = "in_flight"
    case connections
    case messagesPerOperation = "messages_per_operation"
    case ratePerSecond = "rate_per_s"
    case arrivals
    case spin = "spin_us"
    case placement
    case rounds
    case duration = "duration_s"
    case warmup = "warmup_s"
    case seed
    case baseline
    case control
    case decomposition
    case bareLoop = "bare_loop"
    case p99Limit = "p99_limit_us"
    case minThroughput = "min_msgs_per_s"
    case maxAckP99 = "max_ack_p99_us"

    /// The flag that sets the same value, where there is one.
    var flag: String {
        switch self {
        case .name: "--suite"
        case .transports: "--transport"
        case .ratePerSecond: "--rate"
        case .duration: "--duration"
        case .warmup: "--warmup"
        default: "--" + rawValue.split(separator: "_").joined(separator: "-")
        }
    }
}
