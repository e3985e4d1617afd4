import BenchmarkResults
import Testing

@testable import NetworkLink

/// One way of a link with a clock that is made up: nanoseconds from 0 on.
@Suite("One way of a link")
struct LinkWayTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test("a packet is due half of the round trip after it came, and at once without one")
    func delay() {
        var way = LinkWay(LinkProperties(rttMs: 30), seed: 1)
        #expect(way.fate(ofBytes: 1500, at: 7) == .due(7 + 15 * Self.millisecond))
        #expect(way.fate(ofBytes: 40, at: 7) == .due(7 + 15 * Self.millisecond))
        var none = LinkWay(LinkProperties(), seed: 1)
        #expect(none.fate(ofBytes: 1500, at: 7) == .due(7))
        var short = LinkWay(LinkProperties(rttMs: 0.1), seed: 1)
        #expect(short.fate(ofBytes: 1500, at: 0) == .due(50_000))
    }

    @Test("packets leave at the rate, whatever the spaces between them, and a line that was idle saves nothing up")
    func rate() {
        // 12 Mbit/s: 1,500 bytes a millisecond.
        var way = LinkWay(LinkProperties(rttMs: 2, rateMbit: 12), seed: 1)
        #expect(way.fate(ofBytes: 1500, at: 0) == .due(2 * Self.millisecond))
        #expect(way.fate(ofBytes: 1500, at: 0) == .due(3 * Self.millisecond))
        #expect(way.fate(ofBytes: 750, at: 500_000) == .due(3_500_000))
        let later = 1000 * Self.millisecond
        #expect(way.fate(ofBytes: 1500, at: later) == .due(later + 2 * Self.millisecond))
        #expect(way.fate(ofBytes: 1500, at: later) == .due(later + 3 * Self.millisecond))
    }

    @Test("the rate holds to a nanosecond a packet over 100,000 of them", arguments: [0.7, 20.97152, 1048.576, 99_999])
    func longRate(_ mbit: Double) {
        var line = TokenBucket(mbit: mbit)
        var (last, bytes) = (UInt64(0), 0)
        for number in 0..<100_000 {
            let size = 40 + number % 1461
            bytes += size
            last = line.departure(ofBytes: size, at: 0)
        }
        let expected = Double(bytes) * 8000 / mbit
        #expect(abs(Double(last) - expected) < 2, "\(last) and \(expected)")
    }

    @Test("a sender that keeps the queue full gets the rate, and what comes beyond the queue is dropped")
    func queue() {
        var way = LinkWay(LinkProperties(rateMbit: 12, queuePackets: 10), seed: 1)
        let fates = (0..<15).map { _ in way.fate(ofBytes: 1500, at: 0) }
        #expect(fates.count { $0 == .dropped } == 5)
        #expect(fates[..<10].elementsEqual((1...10).map { LinkWay.Fate.due(UInt64($0) * Self.millisecond) }))
        // The first has left: there is room for one.
        #expect(way.fate(ofBytes: 1500, at: Self.millisecond) == .due(11 * Self.millisecond))
        #expect(way.fate(ofBytes: 1500, at: Self.millisecond) == .dropped)
        // Offered four times the rate for a second: 1,000 packets and what was waiting.
        var last: UInt64 = 0
        var carried = 0
        for number in 1...4000 {
            if case .due(let due) = way.fate(ofBytes: 1500, at: (2 + UInt64(number) / 4) * Self.millisecond) {
                carried += 1
                last = due
            }
        }
        #expect((990...1010).contains(carried), "\(carried)")
        #expect(last <= 1020 * Self.millisecond)
    }

    @Test("jitter is evenly drawn, adds at most what it says, and lets no packet overtake another")
    func jitter() {
        var way = LinkWay(LinkProperties(rttMs: 20, jitterMs: 4), seed: 3)
        var (last, sum) = (UInt64(0), 0.0)
        for number in 0..<10_000 {
            // Far enough apart that none holds up the next one.
            let now = UInt64(number) * 5 * Self.millisecond
            guard case .due(let due) = way.fate(ofBytes: 100, at: now) else { return }
            let delay = due - now
            #expect((10 * Self.millisecond...14 * Self.millisecond).contains(delay))
            #expect(due >= last)
            last = due
            sum += Double(delay)
        }
        #expect(abs(sum / 10_000 / 1e6 - 12) < 0.1)
        // All at once: still in order.
        let dues = (0..<1000).compactMap { _ -> UInt64? in
            if case .due(let due) = way.fate(ofBytes: 100, at: last) { due } else { nil }
        }
        #expect(dues == dues.sorted() && Set(dues).count > 1)
    }

    @Test("the same seed loses the same packets, whatever their sizes, times and the queue; jitter has no part in it")
    func seeds() {
        func lost(_ properties: LinkProperties, seed: UInt64, size: Int, every nanoseconds: UInt64) -> [Int] {
            var way = LinkWay(properties, seed: seed)
            return (0..<20_000).filter { way.fate(ofBytes: size, at: UInt64($0) * nanoseconds) == .lost }
        }
        let plain = lost(LinkProperties(lossPercent: 1), seed: 5, size: 100, every: 1000)
        let other = lost(
            LinkProperties(rttMs: 30, rateMbit: 1, lossPercent: 1, jitterMs: 3, queuePackets: 2), seed: 5, size: 1500,
            every: 17)
        #expect(plain == other && plain.count > 100)
        #expect(lost(LinkProperties(lossPercent: 1), seed: 6, size: 100, every: 1000) != plain)
        var way = LinkWay(LinkProperties(lossPercent: 1), seed: 1)
        for number in 0..<500 { _ = way.fate(ofBytes: 100, at: UInt64(number)) }
        way.reseed(5)
        #expect((0..<20_000).filter { way.fate(ofBytes: 100, at: 1000 + UInt64($0)) == .lost } == plain)
    }
}
