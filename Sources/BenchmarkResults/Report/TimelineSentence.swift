/// What a transport's time under a load says, in a sentence.
///
/// `grpc: 3 pauses, the longest 120 ms at 14.2 s.`
struct TimelineSentence: Sendable {
    /// The sentence.
    let text: String

    init(_ cell: CellTimelines) {
        let longest = cell.rounds.compactMap { round in round.longestPause.map { ($0, round) } }
            .max { $0.0.microseconds < $1.0.microseconds }
        let count = cell.rounds.map(\.pauseCount).reduce(0, +)
        func place(_ place: Timeline.Place, _ round: Timeline) -> String {
            "\(DecimalText.format(place.seconds, places: 1)) s"
                + (cell.rounds.count > 1 ? " of round \(round.block)" : "")
        }
        var parts = ["no pause"]
        if let (pause, round) = longest {
            let length = "\(NumberText.duration(microseconds: pause.microseconds)) at \(place(pause, round))"
            let pauses = NumberText.whole(UInt64(min(count, 1e18)))
            parts = [count > 1 ? "\(pauses) pauses, the longest \(length)" : "a pause of \(length)"]
        }
        let slow = cell.rounds.flatMap { round in round.slow.map { ($0, round) } }
        if let (slowest, round) = slow.max(by: { $0.0.microseconds < $1.0.microseconds }) {
            let bins = cell.rounds.map(\.bins.count).reduce(0, +)
            parts.append(
                "p99 at least \(NumberText.trimmed(Timeline.slowFactor)) times its median in \(slow.count) of \(bins) bins, up "
                    + "to \(NumberText.duration(microseconds: slowest.microseconds)) at \(place(slowest, round))")
        }
        if let memory = Self.memory(cell.worst) { parts.append(memory) }
        text = "\(cell.transport): \(parts.joined(separator: "; "))."
    }

    /// What became of the memory of both processes, from the end of the first bin to that of the last.
    private static func memory(_ timeline: Timeline) -> String? {
        let sums = timeline.bins.compactMap { bin -> Double? in
            guard let broker = bin.brokerRSSBytes, let logger = bin.loggerRSSBytes else { return nil }
            return (Double(broker) + Double(logger)) / 1_048_576
        }
        guard let first = sums.first, let last = sums.last, sums.count > 1 else { return nil }
        return "memory of both processes \(NumberText.significant(first)) to \(NumberText.significant(last)) MiB"
    }
}
