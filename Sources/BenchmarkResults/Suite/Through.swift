/// Who is between broker and logger: a value of the axis `through`.
package enum Through: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nobody: the load generator sends to the logger.
    case none
    /// A broker, which takes entries over HTTP (`POST /handle`) and hands each on to the logger over the transport.
    case broker

    /// `through a broker`; nil for nobody, who is meant where nothing is said.
    package var text: String? { self == .none ? nil : "through a broker" }

    /// The same in names; nil for nobody.
    var tag: String? { self == .none ? nil : "through-\(rawValue)" }
}

extension Suite {
    /// Who is between broker and logger, one after the other.
    package var usedThrough: [Through] { through ?? [.none] }
}

extension SuiteRules {
    /// The way to a broker in the middle is HTTP in cleartext over loopback, and its connections stay.
    @Sendable static func checkThrough(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        guard suite.usedThrough != [.none] else { return }
        let others: [(isAsked: Bool, reason: String)] = [
            (
                suite.usedFaults != [.none],
                "whose connection failed, and when, is not told of two ways in a row; leave out faults"
            ),
            (!suite.usedOverload.isEmpty, "the rate is one that the middle carries; leave out overload"),
            (
                suite.loads == [.cold] || suite.usedChurn != [0],
                "the connections to and from the middle stay; leave out cold_dials and churn"
            ),
            (
                suite.usedNetworks != [.loopback],
                "a link lies between two, and not between three; leave out network"
            ),
            (
                suite.usedSockets != [.tcp] || suite.usedTLS != [.off],
                "the way to the middle is TCP in cleartext; leave out socket and tls"
            ),
            (
                suite.usedBrokers != [.swift],
                "this project's own load generator alone sends to the middle; leave out brokers"
            ),
        ]
        guard let other = others.first(where: \.isAsked) else { return }
        throw SuiteViolation(key: "through", message: "with a broker in the middle, \(other.reason), or through")
    }
}
