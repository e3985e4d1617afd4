import Broker
import Glibc

/// One way of a link that runs: its packets, from the device of one end to that of the other.
struct RelayWay {
    /// How many packets are read before those that are due are handed on.
    private static let batch = 16

    let source: LinkEnd
    private let destination: LinkEnd
    private var model: LinkWay
    private let ring: PacketRing
    private let lateness: Lateness
    private(set) var account = LinkAccount.Way()
    /// Whether every packet that comes is lost; those that have come before are handed on.
    var losesAll = false
    /// What the devices had dropped when the account began.
    private var dropsBefore: UInt64 = 0

    init(from source: LinkEnd, to destination: LinkEnd, _ model: LinkWay, longest: Int, _ lateness: Lateness) {
        self.source = source
        self.destination = destination
        self.model = model
        ring = PacketRing(longest: longest)
        self.lateness = lateness
    }

    /// When the next packet is due; nil where there is none.
    var nextDue: UInt64? { ring.firstDue }

    /// Reads packets that have come.
    /// - Returns: Whether there may be more.
    mutating func receive() -> Bool {
        for _ in 0..<Self.batch {
            let length = ring.withFreePlace { place in read(source.tun, place.baseAddress, place.count) }
            guard let length else {
                // The ring is as full as it may be: what comes is for a queue that is.
                return refuse()
            }
            guard length > 0 else { return false }
            // IPv6, in which interfaces speak by themselves, is none of the load's.
            guard ring.withFreePlace({ $0[0] >> 4 }) == 4 else { continue }
            account.packets += 1
            account.bytes += UInt64(length)
            guard !losesAll else {
                account.lost += 1
                continue
            }
            switch model.fate(ofBytes: length, at: MonotonicClock.now) {
            case .due(let due): ring.append(length: length, due: due)
            case .lost: account.lost += 1
            case .dropped: account.queueDrops += 1
            }
        }
        return true
    }

    /// Takes a packet that there is no place for.
    private mutating func refuse() -> Bool {
        var byte: UInt8 = 0
        // What is longer than the place for it is cut off.
        guard read(source.tun, &byte, 1) > 0 else { return false }
        account.packets += 1
        account.queueDrops += 1
        return true
    }

    /// Hands on the packets that are due.
    mutating func send() {
        var now = MonotonicClock.now
        while let due = ring.firstDue, due <= now {
            lateness.record(now - due)
            let written = ring.withFirst { packet in write(destination.tun, packet.baseAddress, packet.count) }
            if written < 0 { account.deviceDrops += 1 }
            ring.removeFirst()
            now = MonotonicClock.now
        }
    }

    /// Ends the account, and begins another one with loss and jitter from a seed.
    mutating func turn(seed: UInt64) throws(LinkError) -> LinkAccount.Way {
        var ended = account
        let drops = try drops()
        ended.deviceDrops += drops - min(dropsBefore, drops)
        dropsBefore = drops
        account = LinkAccount.Way()
        model.reseed(seed)
        return ended
    }

    private func drops() throws(LinkError) -> UInt64 {
        try source.drops().outgoing + destination.drops().incoming
    }
}
