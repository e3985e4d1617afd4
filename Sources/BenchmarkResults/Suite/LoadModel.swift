/// When the entries of a cell are sent.
package enum LoadModel: Sendable, Hashable, Codable {
    /// Each acknowledgement makes room for the next entry: the rate is what the transport carries.
    case closed
    /// Entries are due at a rate, in entries per second, whether earlier ones are acknowledged or not.
    case open(ratePerSecond: Double, arrivals: Arrivals = .constant)
    /// Each entry has a connection of its own, which is dialed for it and closed behind it, one after the other.
    case cold
    /// Entries are due at so many times the rate that the same transport carried just before, in a closed load, whether earlier ones
    /// are acknowledged or not.
    case overload(times: Double)

    /// The name in the report: `closed`, `open`, `cold` or `overload`.
    package var name: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .cold: "cold"
        case .overload: "overload"
        }
    }

    /// The rate that entries are due at, in entries per second; nil where there is none, or none that is known beforehand.
    package var ratePerSecond: Double? {
        switch self {
        case .closed, .cold, .overload: nil
        case .open(let rate, _): rate
        }
    }

    /// How the entries of an open load are spread; nil where there is none.
    package var arrivals: Arrivals? {
        switch self {
        case .closed, .cold: nil
        case .open(_, let arrivals): arrivals
        case .overload: .constant
        }
    }

    /// How many times what was carried is offered; nil where that decides nothing.
    package var overload: Double? {
        guard case .overload(let times) = self else { return nil }
        return times
    }
}

/// How the entries of an open load are spread over time.
package enum Arrivals: String, Sendable, Hashable, CaseIterable, Codable {
    /// One an interval.
    case constant
    /// As of many senders that do not know of each other: the intervals have an exponential distribution.
    case poisson
}
