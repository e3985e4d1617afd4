/// When the entries of a cell are sent.
package enum LoadModel: Sendable, Hashable, Codable {
    /// Each acknowledgement makes room for the next entry: the rate is what the transport carries.
    case closed
    /// Entries are due at a rate, in entries per second, whether earlier ones are acknowledged or not.
    case open(ratePerSecond: Double, arrivals: Arrivals = .constant)
    /// Each entry has a connection of its own, which is dialed for it and closed behind it, one after the other.
    case cold

    /// The name in the report: `closed`, `open` or `cold`.
    package var name: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .cold: "cold"
        }
    }

    /// The rate that entries are due at, in entries per second; nil where there is none.
    package var ratePerSecond: Double? {
        switch self {
        case .closed, .cold: nil
        case .open(let rate, _): rate
        }
    }

    /// How the entries of an open load are spread; nil where there is none.
    package var arrivals: Arrivals? {
        switch self {
        case .closed, .cold: nil
        case .open(_, let arrivals): arrivals
        }
    }
}

/// How the entries of an open load are spread over time.
package enum Arrivals: String, Sendable, Hashable, CaseIterable, Codable {
    /// One an interval.
    case constant
    /// As of many senders that do not know of each other: the intervals have an exponential distribution.
    case poisson
}
