import BenchmarkKit
import BenchmarkResults
import Broker
import Foundation
import Terminal

/// What became of the entries that `send` has sent.
struct SendOutcome: Sendable {
    var sent = 0
    var acked = 0
    /// Those of which no byte can have been acted upon.
    var notSent = 0
    /// Those that may have arrived.
    var unknown = 0
    /// Those that the peer did not take.
    var rejected = 0
    var firstFailure: String?
    var seconds = 0.0
    /// What a reader has to know of the transport's own flags, by their names.
    var remarks: [(flag: String, text: String)] = []
    /// Nil where no window was asked for.
    var figures: SendFigures?

    var failed: Int { notSent + unknown + rejected }

    /// No entries.
    init() {}

    /// What two loads came to, the first of which was a warm-up.
    init(_ before: LoadAccount?, _ measured: LoadAccount, since start: UInt64, _ plan: SendJob.Plan) {
        for account in [before, measured].compactMap(\.self) {
            sent += account.sent
            acked += account.acked
            notSent += account.notSent
            unknown += account.unknown
            rejected += account.rejected
            firstFailure = firstFailure ?? account.firstFailure.map { "\($0)" }
        }
        seconds = Double(MonotonicClock.now - start) / 1e9
        guard plan.window != nil || plan.rate != nil else { return }
        figures = SendFigures(
            messages: measured.acked, seconds: measured.seconds,
            p50: SendFigures.Percentile(measured.p50Us, measured.interval(at: 50)),
            p99: SendFigures.Percentile(measured.p99Us, measured.interval(at: 99)))
        figures?.rate = plan.rate.map { rate in
            let part = measured.part(ofRate: rate)
            return SendFigures.Rate(asked: rate, part: part, isReached: part.map(measured.isKept))
        }
    }

    /// Nobody waits any longer for what is in flight.
    mutating func giveUp() {
        let unanswered = sent - acked - failed
        guard unanswered > 0 else { return }
        let error = TransportError(.unknown, "interrupted before it was answered")
        unknown += unanswered
        firstFailure = firstFailure ?? "\(error)"
    }

    /// Prints it, and what is to be said of standard input where that was read.
    /// - Throws: ``OutputError``.
    func print(asJSON: Bool, _ remarks: LineReader.Remarks?) throws {
        if asJSON {
            try StandardOutput.write(object(remarks))
        } else {
            try StandardOutput.write(text)
            if let firstFailure { StandardError.write(line: "first failure: \(firstFailure)") }
        }
        for sentence in remarks?.sentences ?? [] { StandardError.write(line: sentence) }
    }

    private func object(_ remarks: LineReader.Remarks?) -> [String: any Encodable & Sendable] {
        var object: [String: any Encodable & Sendable] = [
            "sent": sent, "acked": acked, "failed": failed, "not_sent": notSent, "unknown": unknown,
            "rejected": rejected, "seconds": rounded(seconds),
        ]
        if let firstFailure { object["first_failure"] = firstFailure }
        for remark in self.remarks { object[remark.flag.split(separator: "-").joined(separator: "_")] = true }
        if let figures {
            object["messages"] = figures.messages
            object["total_messages"] = acked
            object["seconds"] = rounded(figures.seconds)
            object["messages_per_s"] = rounded(figures.messagesPerSecond)
            for (name, percentile) in [("p50_us", figures.p50), ("p99_us", figures.p99)] {
                object[name] = percentile.map { rounded($0.value) }
                object["\(name)_ci_low"] = percentile.map { rounded($0.low) }
                object["\(name)_ci_high"] = percentile.map { rounded($0.high) }
            }
        }
        if let rate = figures?.rate {
            object["rate_per_s"] = rate.asked
            if let part = rate.part { object["rate_kept"] = rounded(part) }
            if let isReached = rate.isReached { object["rate_reached"] = isReached }
        }
        if let remarks {
            object["lines_not_utf8"] = remarks.notUTF8
            object["lines_not_sent"] = remarks.left
        }
        return object
    }

    private var text: String {
        let rate = seconds > 0 ? Int(Double(acked) / seconds) : 0
        let fates = [(notSent, "not sent"), (unknown, "outcome unknown"), (rejected, "rejected")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let failures = "failed \(failed)" + (fates.isEmpty ? "" : " (\(fates.joined(separator: ", ")))")
        var text = "sent \(sent), acknowledged \(acked), \(failures) in \(format(seconds)) s: \(rate) msgs/s\n"
        for remark in remarks { text += "\(remark.text) (--\(remark.flag))\n" }
        if let figures {
            let latency = "p50 \(Self.text(figures.p50)), p99 \(Self.text(figures.p99))"
            text += "measured for \(format(figures.seconds)) s: \(Int(figures.messagesPerSecond)) msgs/s, \(latency)\n"
        }
        if let rate = figures?.rate { text += "\(rate.text)\n" }
        return text
    }

    /// `57.1 us (56.8 to 57.9)`.
    private static func text(_ percentile: SendFigures.Percentile?) -> String {
        guard let percentile else { return "unknown of so few entries" }
        return String(format: "%.1f us (%.1f to %.1f)", percentile.value, percentile.low, percentile.high)
    }

    private func rounded(_ number: Double) -> Double {
        (number * 1e6).rounded() / 1e6
    }

    private func format(_ seconds: Double) -> String {
        String(format: "%.3f", seconds)
    }
}

/// What was measured in a window, or at a rate.
struct SendFigures: Sendable, Equatable {
    /// How a rate was carried.
    struct Rate: Sendable, Equatable {
        /// In entries a second.
        var asked: Double
        /// How much of it was carried, 1 for all of it; nil where standard input was slower.
        var part: Double?
        /// Whether that is all of it.
        var isReached: Bool?

        /// A line that says so, marked as the tables of benchmarks are where it was not reached.
        var text: String {
            let rate = DecimalText.format(asked, places: asked == asked.rounded() ? 0 : 1)
            guard let part, let isReached else { return "standard input was slower than \(rate) msgs/s" }
            let carried = String(format: "%.1f%% of \(rate) msgs/s", 100 * min(part, 1))
            return isReached
                ? "carried \(carried); latency is from when each entry was due"
                : "! did not carry the rate: \(carried); allow more in flight, or ask for less"
        }
    }

    /// A percentile with the ends of its interval, in microseconds.
    struct Percentile: Sendable, Equatable {
        var value: Double
        var low: Double
        var high: Double

        /// Nil where there is no interval.
        init?(_ value: Double, _ interval: (low: Double, high: Double)?) {
            guard let interval else { return nil }
            (self.value, low, high) = (value, interval.low, interval.high)
        }
    }

    var messages = 0
    var seconds = 0.0
    /// The median; nil where fewer than ten entries took longer.
    var p50: Percentile?
    /// The 99th percentile; nil where fewer than ten entries took longer.
    var p99: Percentile?
    /// Nil where none was asked for.
    var rate: Rate?

    var messagesPerSecond: Double { seconds > 0 ? Double(messages) / seconds : 0 }
}

extension LineReader.Remarks {
    /// What a reader of the outcome has to know.
    fileprivate var sentences: [String] {
        var sentences: [String] = []
        if notUTF8 > 0 {
            sentences.append(
                "lines that were not UTF-8: \(notUTF8) (the first is line \(firstNotUTF8)); in the place of what is not, "
                    + "U+FFFD was sent")
        }
        if left > 0 { sentences.append("lines that were read and not sent: \(left)") }
        if let failure { sentences.append("standard input could not be read to its end: \(failure)") }
        return sentences
    }
}
