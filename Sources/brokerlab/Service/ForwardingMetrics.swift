import Broker
import Metrics
import Synchronization

/// What a broker has come to: the fates of entries that it was given, and what they took.
///
/// Only a broker that is asked for metrics counts: an entry costs it two readings of the clock and a few additions.
final class ForwardingMetrics: Sendable {
    /// The largest times of the histogram's counts, in nanoseconds; what takes longer is in the last count.
    private static let bounds: [UInt64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    private let transport: String
    private let taken = Atomic<UInt64>(0)
    private let refused = Atomic<UInt64>(0)
    private let undecodable = Atomic<UInt64>(0)
    private let acknowledged = Atomic<UInt64>(0)
    private let notSent = Atomic<UInt64>(0)
    private let rejected = Atomic<UInt64>(0)
    private let unknown = Atomic<UInt64>(0)
    /// How many acknowledged entries took at most as long as the bound of the same place, and longer than the one before.
    private let times = InlineArray<17, Atomic<UInt64>> { _ in Atomic(0) }
    private let nanoseconds = Atomic<UInt64>(0)

    /// - Parameter transport: the selector of the transport that entries go over.
    init(transport: String) {
        self.transport = transport
    }

    // MARK: Counting

    /// An entry is taken; returns when, for the time that it takes.
    func begin() -> UInt64 {
        taken.add(1, ordering: .relaxed)
        return MonotonicClock.now
    }

    /// An entry that was taken then has that fate; nil is for one that was acknowledged.
    func end(_ failure: TransportError.Fate?, since began: UInt64) {
        switch failure {
        case nil:
            let time = MonotonicClock.now &- began
            let place = Self.bounds.firstIndex { time <= $0 } ?? Self.bounds.count
            times[place].add(1, ordering: .relaxed)
            nanoseconds.wrappingAdd(time, ordering: .relaxed)
            acknowledged.add(1, ordering: .relaxed)
        case .notSent: notSent.add(1, ordering: .relaxed)
        case .rejected: rejected.add(1, ordering: .relaxed)
        case .unknown: unknown.add(1, ordering: .relaxed)
        }
    }

    /// An entry is not taken, since too much is held.
    func countRefused() {
        refused.add(1, ordering: .relaxed)
    }

    /// A request could not be read as an entry.
    func countUndecodable() {
        undecodable.add(1, ordering: .relaxed)
    }

    // MARK: Reading

    /// All of them as they are now.
    /// - Parameters:
    ///   - heldBytes: the names and data that are held until they are acknowledged.
    ///   - isLoggerThere: whether entries would arrive, as far as is known.
    func families(heldBytes: Int, isLoggerThere: Bool) -> [MetricFamily] {
        let labels = [MetricFamily.Label("transport", transport)]
        func fate(_ name: String) -> [MetricFamily.Label] { labels + [.init("fate", name)] }
        // The ends before the beginnings, so that none has ended that has not begun.
        let ended = [
            ("acknowledged", acknowledged.load(ordering: .acquiring)), ("not_sent", notSent.load(ordering: .acquiring)),
            ("rejected", rejected.load(ordering: .acquiring)), ("unknown", unknown.load(ordering: .acquiring)),
        ]
        var entries = MetricFamily(
            .counter, "brokerlab_broker_entries_total", "Entries that were taken and have a fate, by what it is.")
        for (name, count) in ended { entries.add(count, fate(name)) }
        let taken = taken.load(ordering: .acquiring)
        var inFlight = MetricFamily(
            .gauge, "brokerlab_broker_in_flight_entries", "Entries that were taken and have no fate yet.")
        inFlight.add(taken - min(taken, ended.map(\.1).reduce(0, +)), labels)
        return [
            entries, inFlight, time(labels),
            MetricFamily(
                .counter, "brokerlab_broker_refused_entries_total",
                "Entries that were not taken, since too many bytes were held.", refused.load(ordering: .relaxed)),
            MetricFamily(
                .counter, "brokerlab_broker_undecodable_messages_total",
                "Requests that could not be read as an entry, or exceeded a limit.",
                undecodable.load(ordering: .relaxed)),
            MetricFamily(
                .gauge, "brokerlab_broker_held_bytes", "Names and data that are held until they are acknowledged.",
                heldBytes),
            MetricFamily(
                .gauge, "brokerlab_broker_logger_up", "1 while the logger can be reached, as far as is known, else 0.",
                isLoggerThere ? 1 : 0),
        ]
    }

    /// A histogram, whose counts are of all that took at most so long.
    private func time(_ labels: [MetricFamily.Label]) -> MetricFamily {
        var family = MetricFamily(
            .histogram, "brokerlab_broker_ack_seconds",
            "From taking an entry to the transport's acknowledgement, of those that were acknowledged.")
        var count: UInt64 = 0
        for place in times.indices {
            count += times[place].load(ordering: .relaxed)
            let bound = place < Self.bounds.count ? Double(Self.bounds[place]) / 1e9 : .infinity
            family.add(count, labels + [.init("le", bound.isInfinite ? "+Inf" : "\(bound)")], suffix: "_bucket")
        }
        family.add(Double(nanoseconds.load(ordering: .relaxed)) / 1e9, labels, suffix: "_sum")
        family.add(count, labels, suffix: "_count")
        return family
    }
}
