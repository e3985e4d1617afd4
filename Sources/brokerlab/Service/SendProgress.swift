import Broker
import Histogram
import Terminal

/// The running account of a job, on standard error once it takes more than two seconds.
///
/// Unchecked: touched on the connection's event loop only, by workers that are isolated to the connection.
final class SendProgress: @unchecked Sendable {
    private static let interval: UInt64 = 1_000_000_000

    var outcome = SendOutcome()
    private var nextShow = MonotonicClock.now + 2 * SendProgress.interval
    private var hasShown = false
    private let isTerminal = StandardError.isTerminal
    private var sinceClock = 0
    private let start: UInt64
    private let span: Range<UInt64>?
    private var latencies = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    private var lastAcknowledged: UInt64 = 0

    /// - Parameter span: what is measured; nothing after it is sent.
    init(span: Range<UInt64>?, start: UInt64) {
        (self.span, self.start) = (span, start)
    }

    /// The time at which an entry is sent now; nil when none is to be sent any more.
    func begin() -> UInt64? {
        guard let span else { return 0 }
        let now = MonotonicClock.now
        return now < span.upperBound ? now : nil
    }

    func acknowledged(since sentAt: UInt64) {
        outcome.acked += 1
        guard let span, sentAt >= span.lowerBound else { return }
        lastAcknowledged = MonotonicClock.now
        latencies.record(lastAcknowledged - sentAt)
    }

    func show() {
        sinceClock += 1
        guard sinceClock >= 64 else { return }
        sinceClock = 0
        let now = MonotonicClock.now
        guard now >= nextShow else { return }
        nextShow = now + Self.interval
        hasShown = true
        let text = "sent \(outcome.sent), acknowledged \(outcome.acked), failed \(outcome.failed)"
        if isTerminal { StandardError.redraw(text) } else { StandardError.write(line: text) }
    }

    /// Completes the outcome with what was measured until now.
    func end() {
        outcome.seconds = Double(MonotonicClock.now - start) / 1e9
        if let span {
            outcome.figures = SendFigures(
                messages: Int(latencies.totalCount),
                seconds: Double(lastAcknowledged - min(span.lowerBound, lastAcknowledged)) / 1e9,
                p50Microseconds: Double(latencies.valueAtPercentile(50)) / 1e3,
                p99Microseconds: Double(latencies.valueAtPercentile(99)) / 1e3)
        }
        if hasShown && isTerminal { StandardError.erase() }
    }
}
