/// A queue counted in packets, the one that is leaving included; what finds it full is dropped.
struct DropTailQueue: Sendable {
    /// When each of those that wait has left: a ring.
    private var departures: [UInt64]
    private var first = 0
    private var count = 0

    /// - Parameter limit: how many packets it holds.
    init(limit: Int) {
        departures = Array(repeating: 0, count: max(1, limit))
    }

    /// Whether another packet finds a place.
    mutating func hasRoom(at now: UInt64) -> Bool {
        while count > 0, departures[first] <= now {
            first = first + 1 == departures.count ? 0 : first + 1
            count -= 1
        }
        return count < departures.count
    }

    /// Adds a packet, for which there is room.
    mutating func append(leavingAt departure: UInt64) {
        let end = first + count
        departures[end < departures.count ? end : end - departures.count] = departure
        count += 1
    }
}
