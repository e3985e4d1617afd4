/// Who sends an entry again whose send has failed: a value of the axis `retries`.
package enum Retries: String, Sendable, Hashable, CaseIterable, Codable {
    /// The transport, where it does so by itself.
    case own
    /// Nobody.
    case none
    /// The client, and not the transport: what was certainly not sent.
    case notSent = "not-sent"
    /// The client, and not the transport: what was certainly not sent, and what may have arrived, under the same numbers and the same id.
    case unknown

    /// `without retries`; nil for the transport's own, which are meant where nothing is said.
    var text: String? {
        switch self {
        case .own: nil
        case .none: "without retries"
        case .notSent: "with retries of what was not sent"
        case .unknown: "with retries of what may have arrived"
        }
    }

    /// The same in names; nil for the transport's own.
    var tag: String? { self == .own ? nil : "retries-\(rawValue)" }

    /// What a sentence of a fault goes on with; nothing for the transport's own.
    var clause: String {
        switch self {
        case .own: ""
        case .none: ", and nobody sends anything again"
        case .notSent: ", and what was not sent is sent again"
        case .unknown: ", and what was not acknowledged is sent again"
        }
    }
}

extension Suite {
    /// Who sends again what failed, one after the other.
    package var usedRetries: [Retries] { retries ?? [.own] }

    /// The same in cells with that fault: where nothing goes wrong, nothing is sent again.
    func retries(with fault: Fault) -> [Retries] { fault == .none ? [.own] : usedRetries }
}

extension SuiteRules {
    /// Something fails that could be sent again.
    @Sendable static func checkRetries(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        guard suite.usedRetries != [.own], suite.usedFaults.allSatisfy({ $0 == .none }) else { return }
        throw SuiteViolation(
            key: "retries",
            message: "where nothing goes wrong, nothing is sent again; name faults, such as connection-cut")
    }
}
