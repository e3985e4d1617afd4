/// What a fault came to at one point of a suite, transport by transport: for how long, and for which entries.
struct FaultCosts: Sendable {
    /// A transport.
    ///
    /// Times are in milliseconds from the fault on, entries those of a round.
    struct Line: Sendable {
        var transport: String
        /// To the first send that failed.
        var firstFailed: RoundsFigure?
        /// To the first acknowledgement of an entry that was sent later.
        var firstAcknowledged: RoundsFigure?
        /// Until the rate was back.
        var recovered: RoundsFigure?
        /// The longest time without an acknowledgement.
        var largestGap: RoundsFigure?
        /// Entries that failed, whatever their fate.
        var failed: RoundsFigure?
        /// Those that were certainly not sent.
        var notSent: RoundsFigure?
        /// Those that the logger did not take.
        var rejected: RoundsFigure?
        /// Those of which nothing was known.
        var unknown: RoundsFigure?
        /// Those of the unknown ones that arrived.
        var unknownArrived: RoundsFigure?
        /// Entries that arrived more than once.
        var duplicated: RoundsFigure?
        /// How many times the load generator sent an entry again; nil where that was not its to do.
        var retried: RoundsFigure?
        /// The valid rounds, which the figures are of.
        var valid: Int
        /// The rounds that were measured.
        var rounds: Int
        /// Of each time, which of the others it can be told from: ``EventStandings/letters``.
        var letters: [ComparedFigure: String] = [:]
    }

    /// The load, with the fault.
    var point: LoadPoint
    /// In the order of the suite's transports.
    var lines: [Line]
    /// How the transports stand by the time that decides.
    let standings: EventStandings
    /// What tells the point from others of the suite with the same fault; empty where there are none.
    private var place: String

    /// One for each point with a fault that was measured.
    static func all(of report: Report) -> [FaultCosts] {
        let points = report.suite.faultyPoints
        return points.compactMap { point in
            let times = ComparedFigure.faultTimes.map { EventStandings($0, at: point, in: report) }
            guard let deciding = times.first(where: { $0.figure == .decidingFaultTime }) else { return nil }
            let lines = report.suite.transports.compactMap { transport in
                Line(
                    transport,
                    report.rows.filter {
                        $0.planned.cell.point == point && $0.planned.cell.transport == transport
                            && $0.planned.cell.role == .cell
                    }, times)
            }
            let isAlone = points.count { $0.fault == point.fault && $0.retries == point.retries } == 1
            return lines.isEmpty
                ? nil
                : FaultCosts(
                    point: point, lines: lines, standings: deciding, place: isAlone ? "" : " (\(point.steady.text))")
        }
    }

    /// `When the logger stands still for 2 s: grpc fails no entry, and is back at its rate after 2.1 s; ...`.
    var sentence: String {
        let clause = "\(point.fault.clause ?? "")\(point.retries.clause)\(place)"
        let all = "\(clause): \(lines.map(\.sentence).joined(separator: "; "))."
        return [all, standings.sentence].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// What stands below a table of them.
    var notes: [String] { standings.notes(rounds: lines.map(\.valid).max() ?? 0) }
}

extension FaultCosts.Line {
    /// - Returns: nil of no rows.
    fileprivate init?(_ transport: String, _ rows: [ResultRow], _ times: [EventStandings]) {
        guard !rows.isEmpty else { return nil }
        let own = rows.filter(\.isValid)
        func figure(_ value: (ResultRow) -> Double?) -> RoundsFigure? { RoundsFigure(of: own, value) }
        func count(_ value: (ResultRow) -> UInt64?) -> RoundsFigure? { RoundsFigure(counting: own, value) }
        (self.transport, valid, rounds) = (transport, own.count, rows.count)
        (firstFailed, firstAcknowledged) = (figure(\.firstFailedMs), figure(\.firstAcknowledgedMs))
        (recovered, largestGap) = (figure(\.recoveredMs), figure(\.largestGapMs))
        (failed, notSent, rejected) = (count(\.errors), count(\.notSent), count(\.rejected))
        (unknown, unknownArrived) = (count(\.unknown), count(\.unknownArrived))
        (duplicated, retried) = (count(\.duplicated), count(\.retried))
        for time in times { letters[time.figure] = time.letters[transport] }
    }

    /// `http fails 1,240 entries, 3 of which arrived all the same, and is back at its rate after 1.3 s`.
    var sentence: String {
        guard let failed else { return "no row of \(transport) is valid" }
        var text = "\(transport) fails "
        if failed.median < 1 {
            text += failed.range.upperBound == 0 ? "no entry" : "no entry in most rounds"
        } else {
            text += failed.median == 1 ? "1 entry" : "\(failed.entries) entries"
            if let arrived = unknownArrived, arrived.median > 0 {
                text += ", \(arrived.entries) of which arrived all the same,"
            }
        }
        if let duplicated, duplicated.median >= 1 {
            text += text.hasSuffix(",") ? " has " : ", has "
            text += duplicated.median == 1 ? "1 entry arrive twice," : "\(duplicated.entries) entries arrive twice,"
        }
        // Of fewer than half of the rounds it says nothing of a usual one.
        guard let recovered, recovered.count * 2 > valid else {
            return text + " and is not back at its rate before the cell ends"
        }
        guard recovered.median > 0 else { return text + " and keeps its rate" }
        return text + " and is back at its rate after \(NumberText.duration(microseconds: recovered.median * 1000))"
    }
}
