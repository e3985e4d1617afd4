import BenchmarkResults

/// One way of a link: what becomes of each packet that comes to it, and when it is handed on.
///
/// It knows no clock and no socket.
struct LinkWay: Sendable {
    /// What becomes of a packet.
    enum Fate: Sendable, Hashable {
        /// It is handed on then.
        case due(UInt64)
        /// It is lost on the way.
        case lost
        /// It found the queue full.
        case dropped
    }

    private let properties: LinkProperties
    private let delay: UInt64
    private var line: TokenBucket?
    private var queue: DropTailQueue
    private var loss: PacketLoss
    private var jitter: SplitMix64
    private var lastDue: UInt64 = 0

    init(_ properties: LinkProperties, seed: UInt64) {
        self.properties = properties
        delay = UInt64(properties.rttMs / 2 * 1e6)
        line = properties.rateMbit.map(TokenBucket.init(mbit:))
        queue = DropTailQueue(limit: properties.queuePackets)
        (loss, jitter) = Self.draws(properties, seed)
    }

    /// Draws from another seed on, as a new link would; what is under way stays so.
    mutating func reseed(_ seed: UInt64) {
        (loss, jitter) = Self.draws(properties, seed)
    }

    /// Two sequences, so that jitter does not change which packets are lost.
    private static func draws(_ properties: LinkProperties, _ seed: UInt64) -> (PacketLoss, SplitMix64) {
        var seeds = SplitMix64(seed: seed)
        let loss = PacketLoss(percent: properties.lossPercent, burst: properties.burstPackets, seed: seeds.next())
        return (loss, SplitMix64(seed: seeds.next()))
    }

    /// What becomes of a packet that comes now; times never go back.
    mutating func fate(ofBytes count: Int, at now: UInt64) -> Fate {
        // Drawn for every packet that comes, so that the queue has no part in which are lost.
        guard !loss.takesNext() else { return .lost }
        var due = now + delay
        if line != nil {
            guard queue.hasRoom(at: now), let departure = line?.departure(ofBytes: count, at: now) else {
                return .dropped
            }
            queue.append(leavingAt: departure)
            due = departure + delay
        }
        if properties.jitterMs > 0 { due += UInt64(jitter.nextPart() * properties.jitterMs * 1e6) }
        // One that was held up for longer holds up those behind it.
        lastDue = max(lastDue, due)
        return .due(lastDue)
    }
}
