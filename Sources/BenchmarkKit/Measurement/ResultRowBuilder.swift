import Metrics
import BenchmarkResults
import Broker
import Histogram
import LoggerService
import NetworkLink

/// Works out a row from what was counted, and says why it must not be trusted.
struct ResultRowBuilder {
    var row: ResultRow

    /// Goes on with a row.
    init(_ row: ResultRow) {
        self.row = row
    }

    init(
        runID: String, planned: PlannedCell, descriptor: TransportDescriptor, target: String, peerVersion: String?
    ) {
        let own = descriptor.acknowledgement
        let acknowledgement = planned.cell.store.isDurable ? own.withDatabase : own
        row = ResultRow(
            runID: runID, startedAt: UTCTime.now.extended, planned: planned, mode: descriptor.mode,
            codec: descriptor.codec, peerVersion: peerVersion,
            isEncrypted: planned.cell.tls.isOn || Self.isEncrypted(target),
            acknowledgementClass: acknowledgement.rawValue)
        row.durability = acknowledgement == own ? descriptor.durability : Durability(acknowledgement)
    }

    /// Schemes of URLs that mean TLS end in `s`: `https`, `amqps`, `grpcs`.
    private static func isEncrypted(_ target: String) -> Bool {
        target.firstRange(of: "://").map { target[..<$0.lowerBound].hasSuffix("s") } ?? false
    }

    /// The row must not be trusted.
    mutating func fail(_ reason: String) {
        // One line a row, also where an error speaks in several.
        row.invalidReasons.append(.delivery(reason.split(whereSeparator: \.isNewline).joined(separator: " ")))
    }

    /// Nothing was measured, because the warm-up failed.
    mutating func add(warmup result: LoadResult) {
        fail("the warm-up failed: \(Self.failureText(result))")
    }

    /// Adds what the broker counted.
    /// - Parameter duration: how long entries were to be sent for, in seconds.
    mutating func add(_ result: LoadResult, duration: Double) {
        row.sent = result.sent
        row.acked = result.acked
        row.errors = result.errors
        // Where something was made to go wrong, or more is offered than is carried, entries may fail: what became of them is told
        // apart.
        let mayFail = !row.planned.cell.isSteady
        if mayFail {
            addFates(of: result)
        } else if result.errors > 0 {
            fail(Self.failureText(result))
        } else if result.sent == 0 {
            // No entry was lost: the generator had no core, or the cell no time.
            row.invalidReasons.append(.audit("nothing was sent"))
        } else if result.sent != result.acked {
            fail("\(result.sent) entries were sent and \(result.acked) acknowledged")
        }
        row.dialedConnections = result.dialed
        (row.tlsVersion, row.tlsCipher) = (result.tls?.version, result.tls?.cipherSuite)
        if row.planned.cell.tls.isOn, result.tls?.version != "TLSv1.3" {
            row.invalidReasons.append(
                .audit(
                    result.tls.map { "the load generator spoke \($0.version) and not TLSv1.3" }
                        ?? "the load generator does not say that it spoke TLS"))
        }
        guard result.acked > 0 else { return }
        // A bare loop has none.
        let latency = result.latency.totalCount > 0 ? LatencySummary(nanoseconds: result.latency) : nil
        row.ackLatency = latency
        (row.ackLow, row.ackHigh) = Percentiles.interval(of: result.latency)
        row.arrivalErrorP50Us = result.arrivalError.flatMap { Self.microseconds($0, at: 50) }
        row.arrivalErrorP99Us = result.arrivalError.flatMap { Self.microseconds($0, at: 99) }
        if result.ackedInFirstHalf > 0, !mayFail {
            row.stationarityRatio = Double(result.ackedInSecondHalf) / Double(result.ackedInFirstHalf)
        }
        row.uncorrectedP99Us = result.uncorrectedLatency.flatMap { Self.microseconds($0, at: 99) }
        row.scheduleSlipP99Us = result.scheduleSlip.flatMap { Self.microseconds($0, at: 99) }
        if let wire = result.wire {
            row.wireTxBytesPerMessage = Double(wire.sent) / Double(result.acked)
            row.wireRxBytesPerMessage = Double(wire.received) / Double(result.acked)
        }
        if let connect = result.connect {
            row.connectP50Us = Self.microseconds(connect, at: 50)
            row.connectP99Us = Self.microseconds(connect, at: 99)
        }
        if let handshake = result.handshake {
            row.handshakeTxBytes = Double(handshake.sent) / Double(result.acked)
            row.handshakeRxBytes = Double(handshake.received) / Double(result.acked)
        }
        guard let throughput = result.throughput(of: row.planned.cell.load, lasting: duration) else { return }
        row.throughput = throughput
        // Of cold connections none is in flight while one is closed, which takes as long as it takes.
        if let latency, row.planned.cell.load == .closed {
            // A sender of an operation is not free when its entry is answered, but when the last one is.
            let held =
                result.operationTime > 0
                ? Double(result.operationTime) / 1e9 / Double(result.acked) : latency.meanUs / 1e6
            row.littleRatio = throughput * held / Double(row.planned.cell.inFlight)
        }
    }

    /// Adds how many entries have which fate.
    private mutating func addFates(of result: LoadResult) {
        (row.notSent, row.rejected, row.unknown) = (result.notSent, result.rejected, result.unknown)
        if result.sent == 0 { row.invalidReasons.append(.audit("nothing was sent")) }
        if result.sent != result.acked + result.errors {
            fail(
                "\(result.sent) entries were sent, and \(result.acked + result.errors) were acknowledged or have failed"
            )
        }
    }

    /// Adds what became of the entries of a cell with a fault, and for how long.
    mutating func add(_ held: FateReconciliation, of result: LoadResult, duration: Double) {
        (row.delivered, row.duplicated) = (held.delivered, held.duplicated)
        (row.lost, row.unknownArrived) = (held.lost, held.unknownArrived)
        if row.planned.cell.retries != .own { row.retried = result.retried }
        if held.lost > 0 { fail("\(held.lost) of \(result.acked) acknowledged entries did not arrive") }
        if held.arrivedAllTheSame > 0 {
            fail(
                "\(held.arrivedAllTheSame) entries arrived of which the load generator says that they were not sent, or not taken"
            )
        }
        if held.strange > 0 { fail("\(held.strange) entries arrived that were not sent") }
        guard let event = result.fault, event.connections != 0 else {
            row.invalidReasons.append(
                .audit("nothing went wrong: \(row.planned.cell.fault.rawValue) found nothing to be done to"))
            return
        }
        row.faultAtMs = Double(event.began - min(result.start, event.began)) / 1e6
        row.faultLastedMs = Double(event.ended - min(event.began, event.ended)) / 1e6
        let figures = FaultFigures(
            result.fates, from: result.start, event: event.began, to: result.start &+ UInt64(duration * 1e9))
        (row.firstFailedMs, row.firstAcknowledgedMs) = (figures.firstFailedMs, figures.firstAcknowledgedMs)
        (row.recoveredMs, row.largestGapMs) = (figures.recoveredMs, figures.largestGapMs)
    }

    /// Adds what was offered by what was carried, and where it was when the schedule had ended.
    /// - Parameters:
    ///   - report: the logger's account; nil where it keeps none.
    ///   - duration: how long the schedule was, in seconds.
    ///   - clock: what the wall clock, which the report goes by, was ahead of `MonotonicClock`, in nanoseconds.
    mutating func add(
        _ overload: OverloadFigures, of result: LoadResult, _ report: RunReport?, duration: Double, clock: Int64
    ) {
        let offered = overload.offered(in: duration)
        row.carriedPerSecond = overload.rates.carried
        (row.offered, row.heldBack) = (offered, offered - min(offered, result.sent))
        row.backlog = overload.recorded.map { result.acked - min(result.acked, $0) }
        if let last = report?.lastReceivedAtNs {
            let end = Int64(truncatingIfNeeded: result.start) &+ Int64(duration * 1e9) &+ clock
            row.drainMs = Double(max(0, last &- end)) / 1e6
        }
        row.normalAgainMs = result.afterwards?.normalAgain.map { Double($0) / 1e6 }
        if let reason = result.afterwards?.firstError { fail("an entry failed when all was over: \(reason)") }
    }

    /// Adds what the logger has of what came behind what is measured.
    mutating func add(afterwards report: RunReport?, of later: Afterwards?) {
        guard let report, let later else { return }
        let recorded = report.unique + (report.untracked ?? 0)
        if recorded < later.acked {
            fail("\(later.acked - recorded) of \(later.acked) entries acknowledged afterwards did not arrive")
        }
    }

    /// Adds what the logger counted.
    mutating func add(_ report: RunReport, acked: UInt64) {
        let untracked = report.untracked ?? 0
        let lost = acked > report.unique + untracked ? acked - report.unique - untracked : 0
        row.delivered = report.unique
        row.lost = lost
        row.duplicated = report.duplicated
        row.reordered = report.reordered
        row.corrupt = report.corrupt
        // The entries of a bare loop do not say when they were sent.
        if row.planned.cell.role != .bareLoop {
            row.deliveredLatency = report.deliveryLatency
            if let count = report.deliveryLatency?.count {
                row.deliveredLatency?.highestKnown = LatencySummary.highestPercentile(of: count)
            }
        }
        if lost > 0 { fail("\(lost) of \(acked) acknowledged entries did not arrive\(way)") }
        if untracked > 0 { fail("the logger had no memory to tell \(untracked) entries apart (--ledger)") }
        if let corrupt = report.corrupt, corrupt > 0 { fail("\(corrupt) entries arrived corrupt\(way)") }
        if report.duplicated > 0 { fail("\(report.duplicated) entries arrived more than once\(way)") }
        if report.unique > row.sent ?? report.unique {
            fail("\(report.unique) different entries arrived\(way), \(row.sent ?? 0) were sent")
        }
    }

    /// Whom entries went through, where that is somebody: ` through swift`.
    private var way: String { row.throughImplementation.map { " through \($0)" } ?? "" }

    /// Adds how far the clock of a logger elsewhere was ahead, and takes what delivery took for as much less as that is more than the
    /// logger knew.
    /// - Parameter told: how far it knew, in nanoseconds.
    mutating func add(_ clock: ClockEstimate, told: Int64) {
        row.clockOffsetUs = Double(clock.ahead) / 1000
        row.clockBoundUs = Double(clock.bound) / 1000
        guard var latency = row.deliveredLatency else { return }
        latency.subtract(Double(clock.ahead &- told) / 1000)
        row.deliveredLatency =
            Double(clock.bound) / 1000 <= Self.mostClockDoubt * latency.p50Us ? latency : nil
    }

    /// How far a clock may be off for delivered latencies to be told, by their median.
    static let mostClockDoubt = 0.1

    /// Adds what became of the entries in the logger's store.
    /// - Parameter stored: how many of them are there, as the store itself says.
    mutating func add(stored: UInt64, of report: RunReport) {
        let recorded = report.unique + (report.untracked ?? 0)
        if stored != recorded { fail("\(recorded) entries were recorded, and \(stored) of them are in the store") }
        guard let commits = report.commits, commits > 0 else { return }
        row.entriesPerCommit = Double(report.received) / Double(commits)
        row.commitP99Us = report.commitTime.flatMap {
            LatencySummary.highestPercentile(of: $0.count) >= 99 ? $0.p99Us : nil
        }
        // Entries are recorded when their commit ends, so that one less lies between the first and the last.
        if let first = report.firstReceivedAtNs, let last = report.lastReceivedAtNs, last > first, commits > 1 {
            row.commitsPerSecond = Double(commits - 1) * 1e9 / Double(last - first)
        }
    }

    /// Adds what the link did.
    mutating func add(_ account: LinkAccount) {
        row.linkLatenessP50Us = account.latenessP50Us
        row.linkLatenessP99Us = account.latenessP99Us
        if account.elapsedUs > 0 { row.linkCPUPercent = 100 * account.cpuUs / account.elapsedUs }
        row.linkPackets = account.sum(\.packets)
        row.linkLost = account.sum(\.lost)
        row.linkQueueDrops = account.sum(\.queueDrops)
        row.linkDeviceDrops = account.sum(\.deviceDrops)
    }

    /// Adds what it cost.
    /// - Parameter spun: CPU time that the generator spent on waiting, which is no message's, in nanoseconds.
    mutating func add(before: CellMeters.Reading, after: CellMeters.Reading, acked: UInt64, spun: UInt64 = 0) {
        let broker = after.broker.map { $0 - min(spun, $0) }
        row.brokerCPUUsPerMessage = Self.cost(before.broker, broker, acked)
        // A backlog is worked on while other entries are sent, which nobody tells apart.
        if row.backlog ?? 0 == 0 {
            row.loggerCPUUsPerMessage =
                Self.cost(before.logger, after.logger, acked)
                ?? Self.cost(before.remote?.cpuNs, after.remote?.cpuNs, acked)
            row.queueCPUUsPerMessage = Self.cost(before.queue, after.queue, acked)
        }
        row.throughCPUUsPerMessage = Self.cost(before.middle, after.middle, acked)
        if row.backlog ?? 0 == 0, let earlier = before.store, let store = after.store {
            row.storeCPUUsPerMessage = Self.cost(0, store.time(since: earlier), acked)
        }
        if row.planned.cell.store.isDurable, acked > 0, let bytes = Self.written(before, after) {
            row.bytesWrittenPerEntry = Double(bytes) / Double(acked)
        }
        if let earlier = before.stolen {
            row.cpuStealPercent = after.stolen?.percent(since: earlier)
        }
        if let earlier = before.stolen, let own = Self.own(before, after) {
            row.foreignCPUPercent = after.stolen?.foreignPercent(since: earlier, own: own)
        }
        if let earlier = before.processes {
            row.busiestForeign = after.processes?.busiest(since: earlier, without: before.participants)
        }
        if let earlier = before.delay { row.generatorWaitPercent = after.delay?.percentWaiting(since: earlier) }
        if after.time > before.time, let from = before.broker, let to = broker, to >= from {
            let elapsed = Double(after.time - before.time)
            row.generatorCPUPercent = 100 * Double(to - from) / elapsed
            if row.planned.cell.load.ratePerSecond != nil { row.generatorSpinPercent = 100 * Double(spun) / elapsed }
        }
        row.clockStepUs = Double(after.wallClockOffset - before.wallClockOffset) / 1000
    }

    /// The bytes that the logger and its store have written to disks; nil where one of them cannot be seen.
    private static func written(_ before: CellMeters.Reading, _ after: CellMeters.Reading) -> UInt64? {
        guard let from = before.loggerWritten, let to = after.loggerWritten, to >= from else { return nil }
        guard let store = after.store, let earlier = before.store else { return to - from }
        return store.bytes(since: earlier).map { to - from + $0 }
    }

    /// The CPU time of all that take part, in nanoseconds; nil where one of them cannot be seen.
    private static func own(_ before: CellMeters.Reading, _ after: CellMeters.Reading) -> UInt64? {
        guard after.seesAll, let broker = before.broker, let logger = before.logger, let brokerNow = after.broker,
            let loggerNow = after.logger, brokerNow >= broker, loggerNow >= logger,
            // One that was killed has taken its account along.
            before.queue == nil || after.queue != nil,
            let fellows = Self.used(before.fellows, after.fellows)
        else { return nil }
        func used(_ before: UInt64?, _ after: UInt64?) -> UInt64 { (after ?? 0) - min(before ?? 0, after ?? 0) }
        let store = before.store.flatMap { after.store?.time(since: $0) } ?? 0
        return brokerNow - broker + loggerNow - logger + used(before.queue, after.queue) + used(before.lab, after.lab)
            + store + used(before.link, after.link) + used(before.middle, after.middle) + fellows
    }

    /// What processes have used meanwhile; nil where one of them is gone.
    private static func used(_ before: [UInt64?], _ after: [UInt64?]) -> UInt64? {
        var sum: UInt64 = 0
        for (earlier, later) in zip(before, after) {
            guard let earlier, let later, later >= earlier else { return nil }
            sum += later - earlier
        }
        return sum
    }

    /// Says what the audit finds; when all else is known.
    mutating func audit(_ result: LoadResult, _ audit: Audit, duration: Double) {
        let piece = row.sliceMs.map { $0 / 1000 } ?? result.elapsed
        let share = row.ackLatency.flatMap { piece > 0 ? $0.meanUs / 1e6 / piece : nil }
        let halves = (result.ackedInFirstHalf, result.ackedInSecondHalf)
        row.invalidReasons += audit.findings(
            row, meanLatencyShare: share, halves: halves, halfSeconds: duration / 2)
    }

    /// A percentile, if there are enough values for it to mean something.
    private static func microseconds(_ histogram: Histogram<UInt32>, at percentile: Double) -> Double? {
        percentile <= LatencySummary.highestPercentile(of: histogram.totalCount)
            ? Double(histogram.valueAtPercentile(percentile)) / 1000 : nil
    }

    private static func cost(_ before: UInt64?, _ after: UInt64?, _ messages: UInt64) -> Double? {
        guard let before, let after, after >= before, messages > 0 else { return nil }
        return Double(after - before) / 1000 / Double(messages)
    }

    private static func failureText(_ result: LoadResult) -> String {
        let fates = [
            (result.notSent, "not sent"), (result.unknown, "outcome unknown"), (result.rejected, "rejected"),
        ]
        let counts = fates.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let reason = result.firstError ?? "no reason given"
        return "\(result.errors) of \(result.sent) entries failed (\(counts)): \(reason)"
    }
}

extension LatencySummary {
    /// The summary of a histogram of nanoseconds.
    init(nanoseconds: Histogram<UInt32>) {
        func microseconds(at percentile: Double) -> Double {
            Double(nanoseconds.valueAtPercentile(percentile)) / 1000
        }
        self.init(
            count: nanoseconds.totalCount, p50Us: microseconds(at: 50), p90Us: microseconds(at: 90),
            p99Us: microseconds(at: 99), p999Us: microseconds(at: 99.9),
            maxUs: Double(nanoseconds.maxRecorded) / 1000, meanUs: nanoseconds.mean / 1000)
        highestKnown = Self.highestPercentile(of: nanoseconds.totalCount)
    }
}

extension LatencySummary {
    /// Takes all for that much less, in microseconds, and none for less than nothing.
    fileprivate mutating func subtract(_ microseconds: Double) {
        for path in [\.p50Us, \.p90Us, \.p99Us, \.p999Us, \.maxUs, \.meanUs] as [WritableKeyPath<Self, Double>] {
            self[keyPath: path] = max(0, self[keyPath: path] - microseconds)
        }
    }
}
