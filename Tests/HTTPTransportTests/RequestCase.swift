import Testing

/// Bytes of a client, why they are special, and what RFC 9110 and 9112 ask for.
struct RequestCase: Sendable, CustomTestStringConvertible {
    var reason: String
    var bytes: [UInt8]
    /// The status of each answer, interim ones too.
    var statuses: [Int]
    /// Whether the connection ends after that.
    var closes: Bool
    /// How many entries were taken.
    var entries: Int

    var testDescription: String { reason }

    /// The connection goes on.
    static func goesOn(_ reason: String, _ text: String, _ statuses: Int..., entries: Int? = nil) -> RequestCase {
        RequestCase(
            reason: reason, bytes: Array(text.utf8), statuses: statuses, closes: false,
            entries: entries ?? statuses.count { $0 == 202 })
    }

    /// The connection ends.
    static func closes(_ reason: String, _ text: String, _ statuses: Int..., entries: Int? = nil) -> RequestCase {
        RequestCase(
            reason: reason, bytes: Array(text.utf8), statuses: statuses, closes: true,
            entries: entries ?? statuses.count { $0 == 202 })
    }
}
