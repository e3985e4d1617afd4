/// What a link does to the packets on it, the same on either way.
package struct LinkProperties: Sendable, Hashable {
    /// How long a packet and its answer take together, in milliseconds: half of it each.
    package var rttMs: Double
    /// How fast packets leave the queue, in millions of bits a second, IP headers included; nil for no limit.
    package var rateMbit: Double?
    /// How many packets are lost, in percent.
    package var lossPercent: Double
    /// How many packets in a row a loss takes, on average; nil where each is lost by itself.
    package var burstPackets: Double?
    /// How much longer than half of ``rttMs`` a packet takes at most, in milliseconds: evenly drawn for each, none overtakes.
    package var jitterMs: Double
    /// How many packets wait for the rate, beyond which those that come are dropped.
    package var queuePackets: Int
    /// The longest packet, in bytes, IP header included.
    package var mtu: Int

    /// A link.
    package init(
        rttMs: Double = 0, rateMbit: Double? = nil, lossPercent: Double = 0, burstPackets: Double? = nil,
        jitterMs: Double = 0, queuePackets: Int = 1000, mtu: Int = 1500
    ) {
        self.rttMs = rttMs
        self.rateMbit = rateMbit
        self.lossPercent = lossPercent
        self.burstPackets = burstPackets
        self.jitterMs = jitterMs
        self.queuePackets = queuePackets
        self.mtu = mtu
    }

    /// A property as texts have it; a new one is one more in ``all``.
    private struct Property: Sendable {
        var name: String
        var range: ClosedRange<Double>
        var isWhole = false
        var get: @Sendable (LinkProperties) -> Double?
        var set: @Sendable (Double, inout LinkProperties) -> Void
    }

    private static let all: [Property] = [
        Property(name: "rtt_ms", range: 0...10_000, get: { $0.rttMs }) { $1.rttMs = $0 },
        Property(name: "rate_mbit", range: 0.01...100_000, get: { $0.rateMbit }) { $1.rateMbit = $0 },
        Property(name: "loss_pct", range: 0...50, get: { $0.lossPercent }) { $1.lossPercent = $0 },
        Property(name: "burst_packets", range: 1...1000, get: { $0.burstPackets }) { $1.burstPackets = $0 },
        Property(name: "jitter_ms", range: 0...1000, get: { $0.jitterMs }) { $1.jitterMs = $0 },
        Property(name: "queue_packets", range: 1...100_000, isWhole: true, get: { Double($0.queuePackets) }) {
            $1.queuePackets = Int($0)
        },
        Property(name: "mtu", range: 576...9000, isWhole: true, get: { Double($0.mtu) }) { $1.mtu = Int($0) },
    ]

    /// How properties are written, for people.
    static var form: String { all.map { "\($0.name)=N" }.joined(separator: "+") + ", any of them" }

    /// `rtt_ms=30+rate_mbit=100`: the round trip, and what is not as usual.
    package var text: String {
        let usual = LinkProperties()
        return Self.all.compactMap { property in
            guard let value = property.get(self), property.name == "rtt_ms" || value != property.get(usual) else {
                return nil
            }
            return "\(property.name)=\(Self.text(value))"
        }.joined(separator: "+")
    }

    /// Reads properties; what is left out is as usual.
    /// - Throws: ``BenchmarkError`` that says what is wrong and what is allowed.
    init(parsing text: String) throws(BenchmarkError) {
        self.init()
        var given: Set<String> = []
        for part in text.split(separator: "+", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 2, let property = Self.all.first(where: { $0.name == words[0] }) else {
                throw BenchmarkError("'\(part)' is no property of a network; allowed: \(Self.form)")
            }
            guard given.insert(property.name).inserted else {
                throw BenchmarkError("\(property.name) is given twice; give each property once")
            }
            let isNumber = property.isWhole ? DecimalText.isWholeNumber(words[1]) : DecimalText.isNumber(words[1])
            guard isNumber, let value = Double(words[1]), property.range.contains(value) else {
                let (low, high) = (Self.text(property.range.lowerBound), Self.text(property.range.upperBound))
                throw BenchmarkError(
                    "\(property.name) is '\(words[1])'; allowed: \(low) to \(high)\(property.isWhole ? ", whole" : "")")
            }
            property.set(value, &self)
        }
        guard burstPackets == nil || lossPercent > 0 else {
            throw BenchmarkError("burst_packets says how packets are lost; add loss_pct")
        }
    }

    /// All digits that there are, and no more.
    private static func text(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(value)
    }
}
