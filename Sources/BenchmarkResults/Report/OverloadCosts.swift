/// What became of more than is carried, transport by transport, in one setting: who pushes back, who queues, who drops, and what it
/// took.
struct OverloadCosts: Sendable {
    /// A transport that was offered so many times what it carries.
    struct Line: Sendable {
        var transport: String
        /// How many times what was carried was offered.
        var times: Double
        /// What was carried, in entries per second.
        var carried: RoundsFigure?
        /// Entries acknowledged a second, by what was carried.
        var acknowledged: RoundsFigure?
        /// Entries that were never sent, by those that were due.
        var heldBack: RoundsFigure?
        /// Entries that failed.
        var failed: RoundsFigure?
        /// Entries sent that the logger had not recorded when the last one was answered.
        var backlog: RoundsFigure?
        /// Until the logger had all of them, in milliseconds after the last was due.
        var drain: RoundsFigure?
        /// Until half of what was carried was acknowledged again, in milliseconds.
        var normalAgain: RoundsFigure?
        /// Largest resident sets, in bytes: of the load generator, of the logger, of the message broker.
        var memory: (broker: RoundsFigure?, logger: RoundsFigure?, queue: RoundsFigure?)
        /// The valid rounds, which the figures are of.
        var valid: Int
        /// The rounds that were measured.
        var rounds: Int
        /// Of each figure, which of the others it can be told from: ``EventStandings/letters``.
        var letters: [ComparedFigure: String] = [:]
    }

    /// The load and the setting, as a closed one.
    var place: LoadPoint
    /// Transport by transport in the order of the suite, each with all that it was offered.
    var lines: [Line]

    /// One for each setting in which it was measured.
    static func all(of report: Report) -> [OverloadCosts] {
        var places: [(place: LoadPoint, points: [LoadPoint])] = []
        for point in report.suite.overloadPoints {
            var place = point
            place.load = .closed
            if let index = places.firstIndex(where: { $0.place == place }) {
                places[index].points.append(point)
            } else {
                places.append((place, [point]))
            }
        }
        let figures: [ComparedFigure] = [
            .failed, .backlog, .drain, .normalAgain, .brokerMemory, .loggerMemory, .queueMemory,
        ]
        return places.compactMap { place, points in
            let standings = points.map { point in figures.map { EventStandings($0, at: point, in: report) } }
            let lines = report.suite.transports.flatMap { transport in
                zip(points, standings).compactMap { point, standings in
                    Line(
                        transport, point.load.overload ?? 0,
                        report.rows.filter {
                            $0.planned.cell.point == point && $0.planned.cell.transport == transport
                                && $0.planned.cell.role == .cell
                        }, standings)
                }
            }
            return lines.isEmpty ? nil : OverloadCosts(place: place, lines: lines)
        }
    }

    /// What it is of: `100 B, 64 in flight`.
    var title: String { place.textWithoutModel }

    /// A sentence of the most that was offered, if that is more than is carried: who acknowledges how much of it, where the rest is, and
    /// when it is gone.
    var sentence: String? {
        guard let most = lines.map(\.times).max(), most > 1 else { return nil }
        let parts = lines.filter { $0.times == most }.map(\.sentence)
        return "Offered \(NumberText.trimmed(most)) times what it carries (\(title)): \(parts.joined(separator: "; "))."
    }
}

extension OverloadCosts.Line {
    /// - Returns: nil of no rows.
    fileprivate init?(_ transport: String, _ times: Double, _ rows: [ResultRow], _ standings: [EventStandings]) {
        guard !rows.isEmpty else { return nil }
        let own = rows.filter(\.isValid)
        func figure(_ value: (ResultRow) -> Double?) -> RoundsFigure? { RoundsFigure(of: own, value) }
        func count(_ value: (ResultRow) -> UInt64?) -> RoundsFigure? { RoundsFigure(counting: own, value) }
        (self.transport, self.times, valid, rounds) = (transport, times, own.count, rows.count)
        carried = figure(\.carriedPerSecond)
        acknowledged = figure { row in
            guard let carried = row.carriedPerSecond, carried > 0 else { return nil }
            return row.throughput.map { $0 / carried }
        }
        heldBack = figure { row in
            guard let offered = row.offered, offered > 0 else { return nil }
            return row.heldBack.map { Double($0) / Double(offered) }
        }
        (failed, backlog) = (count(\.errors), count(\.backlog))
        (drain, normalAgain) = (figure(\.drainMs), figure(\.normalAgainMs))
        memory = (count(\.brokerRSSPeakBytes), count(\.loggerRSSPeakBytes), count(\.queueRSSPeakBytes))
        for one in standings { letters[one.figure] = one.letters[transport] }
    }

    /// `amqp acknowledges 2.1 times, holds 30% back and queues 120,000 entries, which the logger has 4.1 s later`.
    var sentence: String {
        guard let acknowledged else { return "no row of \(transport) is valid" }
        var text = "\(transport) acknowledges \(NumberText.ratio(acknowledged.median)) times that"
        var parts: [String] = []
        if let held = heldBack, held.median >= 0.005 {
            parts.append("holds \(DecimalText.format(100 * held.median, places: 0))% of what is due back in the sender")
        }
        if let failed, failed.median >= 1 { parts.append("fails \(failed.entries) entries") }
        if let backlog, backlog.median >= 1, let drain {
            parts.append(
                "queues \(backlog.entries), which the logger has "
                    + "\(NumberText.duration(microseconds: drain.median * 1000)) after the last was due")
        }
        if let last = parts.popLast() {
            text += parts.isEmpty ? " and \(last)" : ", \(parts.joined(separator: ", ")) and \(last)"
        }
        return text
    }
}
