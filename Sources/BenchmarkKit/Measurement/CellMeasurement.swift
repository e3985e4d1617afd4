import BenchmarkResults
import Broker
import Glibc
import LoggerService

/// Measures one cell: has it loaded, reconciles it with the ledger, and works out its row.
struct CellMeasurement: Sendable {
    var suite: Suite
    var planned: PlannedCell
    var descriptor: TransportDescriptor
    /// Where the load generator sends to.
    var target: String
    var companions: [CompanionProcess]
    /// What the companions know the logger by.
    var queueLabel = ""
    var generator: GeneratorSeat
    /// The logger's process; nil for one that nobody here has started.
    var loggerPID: pid_t?
    /// A logger that nobody here has started, and that gives its account over the network; nil for others.
    var remote: RemoteLogger?
    /// The whole of that logger, of which it is a process of late; nil where it is not to be killed or stopped.
    var life: LoggerLife?
    /// What the logger is called, and its version.
    var logger = (name: "", version: "")
    /// What the logger keeps entries in; nil is its memory.
    var store: LoggerStore?
    /// What entries go over; nil is loopback.
    var link: LinkProcess?
    /// How to start who is between broker and logger; nil for nobody.
    var middle: MiddleCommand?
    /// What the logger speaks TLS with; nil for cleartext.
    var certificate: ServerCertificate?
    /// The logger's account of what arrived; nil for a black box.
    var ledger: (any LedgerClient)?
    /// What all run ids of the benchmark start with, at most 7 bytes.
    var runPrefix: String
    /// How that account is waited for.
    var reconciliation: Reconciliation?
    /// The cores that broker and logger are put on.
    var pinning: CPUPinning?
    /// Where every entry's times are kept; nil for nowhere.
    var rawFile: String?
    /// Its turns with the others of its load, where it is measured in slices; nil for one piece.
    var turns: CellLoad.Turns?
    /// The brokers and loggers of these others.
    var fellows: [pid_t] = []
    /// Where it is told what the measured part has come to so far.
    var live: LiveFigures?
    /// What the load may take beyond its own duration before it is given up.
    var slack: Duration

    init(
        suite: Suite, planned: PlannedCell, descriptor: TransportDescriptor, target: String,
        companions: [CompanionProcess], generator: GeneratorSeat, loggerPID: pid_t?,
        ledger: (any LedgerClient)?, runPrefix: String, backlog: @escaping @Sendable () async throws -> Int? = { nil }
    ) {
        self.suite = suite
        self.planned = planned
        self.descriptor = descriptor
        self.target = target
        self.companions = companions
        self.generator = generator
        self.loggerPID = loggerPID
        self.ledger = ledger
        self.runPrefix = runPrefix
        reconciliation = ledger.map { Reconciliation(ledger: $0, backlog: backlog) }
        let options = ClientOptions(target: target)
        let wait = reconciliation?.limit ?? .zero
        slack = options.connectTimeout + options.answerTimeout * 2 + wait + .seconds(2)
    }

    /// Measures the cell.
    ///
    /// A transport that fails makes an invalid row, not an error; so does a load generator that is lost, and another one
    /// takes its place, and a broker in the middle that cannot be had, or is lost.
    /// - Throws: `CancellationError`; ``BenchmarkError`` when the ledger cannot be reached before the load, or there is no
    ///   load generator.
    func measure() async throws -> MeasuredCell {
        guard let remote else { return try await measureHere() }
        let before = try await remote.clock()
        var cell = self
        let ledger = remote.ledger(before)
        cell.ledger = ledger
        cell.reconciliation = Reconciliation(ledger: ledger)
        _ = try await remote.beginPeak()
        var measured = try await cell.measureHere()
        var builder = ResultRowBuilder(measured.row)
        builder.row.loggerMeasuredBy = "control"
        do {
            builder.row.loggerRSSPeakBytes = try await remote.use().memoryPeakBytes
            builder.add(.between(before, try await remote.clock()), told: before.ahead)
        } catch {
            try Task.checkCancellation()
            // Nobody knows what the clock did meanwhile.
            builder.row.deliveredLatency = nil
            builder.fail("the logger was lost before its clock was read: \(error)")
        }
        measured.row = builder.row
        return measured
    }

    /// Measures the cell, with the account that there is.
    private func measureHere() async throws -> MeasuredCell {
        guard let command = middle, !target.isEmpty else { return try await measure(through: nil) }
        let middle: Middle
        do {
            middle = try await Middle.start(command)
        } catch let error as BenchmarkError {
            try Task.checkCancellation()
            var builder = row
            builder.row.throughImplementation = command.party.name
            builder.row.isReconciled = ledger != nil
            builder.fail(error.message)
            return MeasuredCell(row: builder.row)
        }
        let result: Result<MeasuredCell, any Error>
        do {
            result = .success(try await measure(through: middle))
        } catch {
            result = .failure(error)
        }
        let isSuspect = (try? result.get().row.isValid) == false
        let end = await middle.stop(isSuspect: isSuspect)
        var cell = try result.get()
        if let end {
            // It explains what else there is.
            let reason = end.split(whereSeparator: \.isNewline).joined(separator: " ")
            cell.row.invalidReasons.insert(.delivery(reason), at: 0)
        }
        return cell
    }

    /// A row in which nothing was measured yet.
    private var row: ResultRowBuilder {
        var builder = ResultRowBuilder(
            runID: run("m"), planned: planned, descriptor: descriptor, target: target, peerVersion: peerVersion)
        (builder.row.loggerImplementation, builder.row.loggerVersion) = logger
        return builder
    }

    private func measure(through middle: Middle?) async throws -> MeasuredCell {
        var builder = row
        (builder.row.throughImplementation, builder.row.throughVersion) = (middle?.name, middle?.version)
        let party = try await generator.party()
        // Before anything is said: who looks at which cores it has, does so when it is told of a run, or has a job.
        try pinning?.pin(broker: party.pid, logger: loggerPID)
        let reconciliation = try await announced()
        builder.row.isReconciled = reconciliation != nil
        builder.row.brokerPID = UInt64(party.pid)
        builder.row.loggerPID = loggerPID.map { UInt64($0) }
        if loggerPID != nil { builder.row.loggerMeasuredBy = "local" }
        if turns != nil { builder.row.sliceMs = suite.slices.map { duration * 1000 / Double($0) } }
        (builder.row.brokerImplementation, builder.row.brokerVersion) = (party.name, party.version)
        guard !target.isEmpty else {
            builder.fail("\(LoggerProcess.missing(descriptor.receiver))")
            return MeasuredCell(row: builder.row)
        }
        if let link { try pinning?.pin(link: link.pid) }
        if let middle { try pinning?.pin(middle: middle.process.pid) }
        let meters = CellMeters(
            broker: party.pid, logger: loggerPID, remote: remote, latestLogger: { [life] in await life?.latestPID },
            storeServer: store?.serverPID, link: link?.pid, middle: middle?.process.pid, fellows: fellows,
            companions: companions, transport: descriptor.selector)
        let memory = (
            broker: PeakMemory(startingNowFor: party.pid), logger: loggerPID.flatMap(PeakMemory.init(startingNowFor:)),
            queue: meters.companionsPeakMemory(), middle: middle.flatMap { PeakMemory(startingNowFor: $0.process.pid) }
        )
        var load = CellLoad(
            job: job(through: middle), generator: party, meters: meters, reconciliation: reconciliation, live: live)
        load.fault = try fault(party.pid)
        load.turns = turns
        load.overload = planned.cell.load.overload
        if let link {
            // All transports of a round meet the same losses, in the warm-up and in what is measured.
            let seed = suite.seed &+ UInt64(planned.block)
            _ = try await link.turn(seed: ~seed)
            load.link = { try await link.turn(seed: seed) }
        }
        var (loadResult, timeline, lateEntries): (LoadResult?, CellTimeline?, UInt64) = (nil, nil, 0)
        var doubt: String?
        let outcome = await run(load)
        await turns?.end()
        switch outcome {
        case .failure(let reason):
            try Task.checkCancellation()
            builder.fail(reason.message)
        case .success(.failedInWarmup(let result)):
            builder.add(warmup: result)
        case .success(.measured(let result, let bins, let before, var after, let said)):
            builder.add(result, duration: duration)
            if let account = after.linkAccount { builder.add(account) }
            do {
                if planned.cell.fault != .none {
                    try await builder.add(held(result, reconciliation), of: result, duration: duration)
                } else if let overload = result.overload {
                    // What the receivers use until they have all of it is not read, as there are other entries meanwhile.
                    let report = try await reconciliation?.settle(run: run("m"), acked: result.acked)
                    let later = try await reconciliation?.settle(run: run("a"), acked: result.afterwards?.acked ?? 0)
                    builder.add(
                        overload, of: result, report, duration: duration, clock: after.wallClockOffset)
                    builder.add(afterwards: later, of: result.afterwards)
                    try await add(report, of: result, to: &builder)
                } else if let (report, late) = try await reconciliation?.settle(result, run("m"), meters, &after) {
                    lateEntries = late
                    try await add(report, of: result, to: &builder)
                }
            } catch {
                try Task.checkCancellation()
                builder.fail("the account of the entries could not be read: \(error)")
            }
            builder.add(before: before, after: after, acked: result.acked, spun: result.spun)
            if let said { builder.row.invalidReasons.append(.audit(said)) }
            doubt = said
            builder.audit(result, Audit(), duration: duration)
            (loadResult, timeline) = (result, bins)
        }
        builder.row.brokerRSSPeakBytes = memory.broker?.bytes
        builder.row.loggerRSSPeakBytes = memory.logger?.bytes
        builder.row.queueRSSPeakBytes = memory.queue?.bytes
        builder.row.throughRSSPeakBytes = memory.middle?.bytes
        return MeasuredCell(
            row: builder.row, load: loadResult, timeline: timeline?.bins(of: builder.row) ?? [],
            lateEntries: lateEntries, doubt: doubt)
    }

    /// Runs the load, and gives it and its generator up when it does not end by itself.
    private func run(_ load: CellLoad) async -> Result<CellLoad.Outcome, BenchmarkError> {
        let limit = Duration.seconds(suite.longestSeconds(of: planned.cell)) + slack
        let who = GeneratorParty.role
        do {
            // While it is others' turn, it is they who take time.
            let left = turns.map { turns in { @Sendable in limit - (await turns.taken) } }
            return .success(try await BoundedTask.run(limit: limit, left: left) { try await load.run() })
        } catch CellLoad.Failure.told(let reason) {
            return .failure(BenchmarkError(reason))
        } catch CellLoad.Failure.untrue(let reason) {
            await generator.leave()
            return .failure(BenchmarkError("\(who) \(reason)"))
        } catch CellLoad.Failure.lost {
            let end = await generator.leave() ?? PartyEnd(how: "nobody knows how")
            return .failure(BenchmarkError(end.sentence("\(who) ended in the middle of the cell")))
        } catch is BoundedTask.Failure, is CancellationError {
            // Whatever it is at, it is not what was asked of it.
            if !Task.isCancelled { await generator.leave() }
            return .failure(
                BenchmarkError("the load did not end within \(limit.components.seconds) s and was given up"))
        } catch {
            // It still waits for the word of the lab, which has no more to say of that job.
            await generator.leave()
            return .failure(BenchmarkError("\(error)"))
        }
    }

    /// How long the cell is measured, in seconds.
    var duration: Double { suite.duration(with: planned.cell.fault) }

    /// Adds what the logger says of what was measured, and what its store has of it.
    private func add(_ report: RunReport?, of result: LoadResult, to builder: inout ResultRowBuilder) async throws {
        guard let report else { return }
        builder.add(report, acked: result.acked)
        if let store { builder.add(stored: try await store.count(run("m")), of: report) }
    }

    /// What the load generator says of each entry, held against what has arrived, when all has that will.
    private func held(_ result: LoadResult, _ reconciliation: Reconciliation?) async throws -> FateReconciliation {
        guard let reconciliation else { throw BenchmarkError("nobody says what has arrived") }
        if let sequences = store?.sequences {
            return try await reconciliation.settle(result.fates) { try await sequences(run("m")) }
        }
        guard planned.cell.fault != .loggerKill else {
            throw BenchmarkError("what a logger has recorded that was killed, nobody says")
        }
        return FateReconciliation(result, try await reconciliation.settle(run: run("m"), acked: result.acked))
    }

    /// Announces the runs to the ledger.
    /// - Returns: how it is waited for; nil where the logger keeps none.
    private func announced() async throws -> Reconciliation? {
        guard let ledger else { return nil }
        let isSealed = planned.cell.payloadBytes >= PayloadSeal.byteCount
        do {
            try await ledger.announce(run: run("w"), sealed: isSealed)
            try await ledger.announce(run: run("m"), sealed: isSealed)
            guard planned.cell.load.overload != nil else { return reconciliation }
            try await ledger.announce(run: run("a"), sealed: isSealed)
            return reconciliation?.lasting(beyond: longestDrain)
        } catch is NoLedger {
            return nil
        }
    }

    /// How long a queue takes at the most to hand over what it was given beyond what is carried, in twice the time that it should.
    private var longestDrain: Duration {
        .seconds(2 * (planned.cell.load.overload ?? 0) * (suite.duration + Overload.secondsAfterwards))
    }

    /// The run id's last letter tells the warm-up from what is measured, and from what comes behind it.
    private func run(_ letter: Character) -> String { "\(runPrefix)-\(planned.number)\(letter)" }

    private func job(through middle: Middle?) -> LoadJob {
        let cell = planned.cell
        var job = LoadJob(
            job: planned.number, transport: middle?.transport ?? descriptor.selector, target: middle?.target ?? target,
            payloadBytes: cell.payloadBytes, payloadSeed: suite.seed, inFlight: cell.inFlight,
            connections: cell.connections,
            messagesPerOperation: suite.messagesPerOperation, ratePerS: cell.load.ratePerSecond,
            arrivals: cell.load.arrivals?.rawValue, spinUs: spinUs, warmupS: suite.warmup, warmupRunID: run("w"),
            durationS: duration, runID: run("m"), seed: suite.seed &+ UInt64(planned.block))
        if case .lines(let path) = suite.payload { job.payloadFile = path }
        if case .options = descriptor.security, let certificate {
            job.tls = LoadJob.TLS(certificate.trust)
        }
        if cell.role == .bareLoop { job.bareLoop = true }
        if cell.load == .cold { job.dials = suite.coldDials }
        if cell.churn > 0 { job.churn = cell.churn }
        if cell.fault != .none { job.fates = true }
        if cell.retries != .own { job.retry = cell.retries.rawValue }
        if cell.load.overload != nil {
            job.afterwards = LoadJob.Afterwards(durationS: Overload.secondsAfterwards, runID: run("a"))
        }
        if cell.fault == .connectionCut { job.cutAfterS = Fault.beginning(in: duration) }
        job.rawFile = rawFile
        if turns != nil { job.slices = suite.slices }
        // A bare loop knows nothing of time.
        job.timelineMs = cell.role == .bareLoop ? nil : suite.timelineMs.flatMap { $0 > 0 ? $0 : nil }
        return job
    }

    /// How long before its time an entry is waited for on the core, in microseconds.
    ///
    /// Not where that would take the time of others: on a core shared with the logger, or on an event loop shared with
    /// another connection; nor where connections do not stay, whose sockets cannot be looked after meanwhile.
    private var spinUs: Double {
        guard planned.cell.churn == 0 else { return 0 }
        let cores =
            switch suite.placement {
            case .free: GrantedCores.count
            // One connection has the broker's core.
            case .split: 2
            case .oneCPU: 1
            }
        return planned.cell.connections < cores ? suite.spinUs ?? 0 : 0
    }

    private var peerVersion: String? {
        let versions = companions.filter { $0.transports.contains(descriptor.selector) }.compactMap(\.version)
        return versions.isEmpty ? nil : versions.joined(separator: " ")
    }
}

/// What came of a cell: its row, and the histograms and samples behind it; nil where nothing was measured.
struct MeasuredCell: Sendable {
    var row: ResultRow
    var load: LoadResult?
    /// What came of it over time, where the suite asks for it.
    var timeline: [TimelineBin] = []
    /// How many entries had been acknowledged and were not recorded when the last one was acknowledged.
    var lateEntries: UInt64 = 0
    /// What the load generator said that does not fit; nil where all does.
    var doubt: String?
}
