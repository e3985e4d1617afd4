/// What lies between broker and logger: a value of the axis `network`.
package struct Network: Sendable, Hashable {
    /// As suites, flags, columns and names have it: `loopback`, `wan`, `rtt_ms=30+loss_pct=0.1`.
    package let text: String
    /// What the link does; nil for loopback, where there is none.
    package let link: LinkProperties?

    private init(text: String, link: LinkProperties?) {
        self.text = text
        self.link = link
    }

    /// A link with those properties.
    package init(_ link: LinkProperties) {
        self.init(text: link.text, link: link)
    }

    /// The machine's own loopback, as it always was.
    package static let loopback = Network(text: "loopback", link: nil)

    /// Those that have a name.
    ///
    /// `lan`, `wan` and `longhaul` are those of grpc-go's benchmark (benchmark/latency/latency.go), whose latencies are of one
    /// way, and whose kilobits have 1024 bits; the queue, of which it has none, is the usual one.
    package static let named: [Network] = [
        loopback,
        Network(text: "lan", link: LinkProperties(rttMs: 4, rateMbit: 104.8576)),
        Network(text: "wan", link: LinkProperties(rttMs: 60, rateMbit: 20.97152)),
        Network(text: "longhaul", link: LinkProperties(rttMs: 400, rateMbit: 1048.576, mtu: 9000)),
    ]

    /// Reads a name, or properties: `rtt_ms=30+rate_mbit=100+loss_pct=0.1`.
    /// - Throws: ``BenchmarkError`` that says what is wrong and what is allowed.
    package init(parsing text: String) throws(BenchmarkError) {
        if let named = Self.named.first(where: { $0.text == text }) {
            self = named
        } else {
            guard text.contains("=") else {
                let names = Self.named.map(\.text).joined(separator: ", ")
                throw BenchmarkError("there is no network '\(text)'; allowed: \(names), or \(LinkProperties.form)")
            }
            self.init(try LinkProperties(parsing: text))
        }
    }

    /// Whether there is a link between the two.
    package var isLink: Bool { link != nil }

    /// How long its link has a packet and its answer take, in seconds; 0 of loopback.
    package var roundTripSeconds: Double { (link?.rttMs ?? 0) / 1000 }

    /// The same link at no distance; loopback where it does nothing else.
    var withoutRoundTrip: Network {
        guard var link else { return self }
        link.rttMs = 0
        return link == LinkProperties() ? .loopback : Network(link)
    }

    /// The same link without losses.
    var withoutLoss: Network {
        guard var link else { return self }
        (link.lossPercent, link.burstPackets) = (0, nil)
        return Network(link)
    }

    /// `over wan`; nil for loopback, which is meant where nothing is said.
    package var over: String? { isLink ? "over \(text)" : nil }

    /// What it is, for people: `wan (60 ms, 21 Mbit/s)`.
    private var explanation: String {
        guard let link else { return "\(text) (no link)" }
        let rate = link.rateMbit.map { ", \(DecimalText.format($0, places: 0)) Mbit/s" } ?? ""
        return "\(text) (\(DecimalText.format(link.rttMs, places: 0)) ms\(rate))"
    }

    /// What the axis is for, and its values.
    static var help: String {
        "What lies between broker and logger, separated by commas: \(named.map(\.explanation).joined(separator: ", ")), or "
            + "\(LinkProperties.form). Every load is measured over each of them. A link's two ends are network namespaces, for "
            + "which it takes root or user namespaces, and /dev/net/tun."
    }
}

extension Network: Codable {
    /// Reads what ``encode(to:)`` has written.
    package init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    /// One text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
