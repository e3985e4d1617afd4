/// The keys of a suite file; each is also a column of the report or a flag of `brokerlab bench`.
enum SuiteKey: String, CaseIterable {
    case name
    case transports
    case payloadBytes = "payload_bytes"
    case inFlight = "in_flight"
    case ratePerSecond = "rate_per_s"
    case placement
    case rounds
    case duration = "duration_s"
    case warmup = "warmup_s"
    case seed

    /// The flag that sets the same value.
    var flag: String {
        switch self {
        case .name: "--suite"
        case .seed, .placement, .rounds: "--\(rawValue)"
        case .transports: "--transport"
        case .payloadBytes: "--payload-bytes"
        case .inFlight: "--in-flight"
        case .ratePerSecond: "--rate"
        case .duration: "--duration"
        case .warmup: "--warmup"
        }
    }
}
