/// The value of a suite's key, as a file or a flag gives it.
package enum SuiteValue: Sendable, Hashable {
    case text(String)
    case texts([String])
    case integer(Int)
    case integers([Int])
    case number(Double)
    case numbers([Double])
    /// Rates in entries a second; nil is as fast as answers come.
    case rates([Double?])
    case seed(UInt64)
    case flag(Bool)
    case payload(PayloadKind)
    case thresholds([Threshold])

    /// How a value is written.
    package enum Kind: Sendable, Hashable {
        case text
        /// The selectors of transports, or all of them.
        case transports
        /// One of these words.
        case word([String])
        /// Some of these words.
        case words([String])
        /// Networks, by their names or properties.
        case networks
        case integer
        case integers
        case number
        case numbers
        case rates
        case seed
        case flag
        case payload
        case thresholds

        /// How it is written in a file, for people.
        var form: String {
            switch self {
            case .text: "TEXT"
            case .transports: "[NAME, ...], or all"
            case .word(let words): words.joined(separator: " or ")
            case .words(let words): "[\(words.joined(separator: " or ")), ...]"
            case .networks: "[NAME or {rtt_ms: N, ...}, ...]"
            case .integer: "N"
            case .integers: "[N, ...]"
            case .number: "NUMBER"
            case .numbers: "[NUMBER, ...]"
            case .rates: "[NUMBER or saturation, ...]"
            case .seed: "N"
            case .flag: "true or false"
            case .payload: "random, or {lines: FILE}"
            case .thresholds:
                "[{where: {transport: PATTERN, payload_bytes: N, in_flight: N, connections: N, churn: N, rate_per_s: NUMBER, "
                    + "store: NAME, socket: NAME, network: NAME, rabbitmq_side: NAME, tls: WORD, broker: NAME, logger: NAME, logger_work_us: N, "
                    + "fault: NAME, retries: NAME, through: NAME}, relative_to: NAME, "
                    + Threshold.Figure.allCases.map { "\($0.rawValue): NUMBER" }.joined(separator: ", ") + "}, ...]"
            }
        }
    }
}
