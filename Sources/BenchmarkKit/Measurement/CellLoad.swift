import Metrics
import BenchmarkResults
import Broker
import LoggerService
import NetworkLink

/// What the lab has a load generator do for a cell, and what it reads meanwhile: the ledger after the warm-up, and the
/// meters before and after what is measured.
struct CellLoad: Sendable {
    var job: LoadJob
    var generator: GeneratorParty
    var meters: CellMeters
    /// How the logger's account is waited for; nil where it keeps none.
    var reconciliation: Reconciliation?
    /// Where it is told what the measured part has come to so far.
    var live: LiveFigures?
    /// What the lab has go wrong meanwhile; nil for nothing.
    var fault: CellFault?
    /// How many times what the warm-up has carried is offered; nil where the job has a rate, or none.
    var overload: Double?
    /// Its turns with the others of its load, where it is measured in slices; nil for one piece.
    var turns: Turns?
    /// Begins another account of the link, and gives the one that has ended; nil over loopback.
    var link: (@Sendable () async throws -> LinkAccount)?

    /// A cell's turns.
    struct Turns: Sendable {
        var all: SliceTurns
        /// The number of the cell.
        var member: Int

        /// Waits for its turn.
        func begin() async { await all.turn(of: member) }

        /// How long they have lasted so far.
        var taken: Duration { get async { await all.taken(by: member) } }

        /// Lets the others have theirs.
        func pass() async { await all.pass(member) }

        /// It has no more turns; waits until the others have none either, so that nothing disturbs them.
        func end() async {
            await all.leave(member)
            await all.allHaveLeft()
        }
    }

    /// What came of it.
    enum Outcome: Sendable {
        /// The warm-up failed, so that nothing was measured.
        case failedInWarmup(LoadResult)
        /// What was measured, between two readings of the meters.
        ///
        /// The doubt is what does not fit, though each of the figures could be true.
        case measured(
            LoadResult, CellTimeline?, before: CellMeters.Reading, after: CellMeters.Reading, doubt: String?)
    }

    /// Why there is no outcome.
    enum Failure: Error {
        /// The generator says so: the transport's fault, or the job's.
        case told(String)
        /// The generator does not keep to what was agreed upon.
        case untrue(String)
        /// The generator has ended.
        case lost
    }

    /// What the lab has seen so far.
    private struct Sight {
        var before: CellMeters.Reading?
        var after: CellMeters.Reading?
        var begin: UInt64?
        var end: UInt64?
        /// When its turn began, where it has turns.
        var turn: UInt64?
        /// How long its turns have lasted.
        var given: UInt64 = 0
        /// Where the measured part is told in time.
        var sampler: CellSampler?
        var sampling: Task<CellSamples, Never>?
        var samples: CellSamples?
        /// What goes wrong by the lab's doing.
        var fault: Task<FaultEvent, any Error>?
        /// The rates by what was carried.
        var rates: OverloadRates?
        /// What the logger had recorded when the last entry was answered, where the rate was told by what was carried.
        var recorded: UInt64?

        /// Its turn begins.
        mutating func beginTurn() { turn = MonotonicClock.now }

        /// Its turn is over.
        mutating func endTurn() {
            given += turn.map { MonotonicClock.now - $0 } ?? 0
            turn = nil
        }
    }

    /// Has the job done.
    /// - Throws: ``Failure``; what the ledger throws; `CancellationError`.
    func run() async throws -> Outcome {
        try await fault?.prepare()
        await turns?.begin()
        generator.say(job.line)
        var sight = Sight()
        let result: Result<Outcome, any Error>
        do {
            result = .success(try await follow(&sight))
        } catch {
            result = .failure(error)
        }
        sight.sampling?.cancel()
        sight.fault?.cancel()
        // Who comes next finds nothing broken.
        _ = await sight.fault?.result
        return try result.get()
    }

    /// Hears what the generator says, until the job is done.
    private func follow(_ sight: inout Sight) async throws -> Outcome {
        for await text in generator.lines {
            // What else it prints, and what it still says of an earlier job, is none of the lab's business.
            guard let line = JSONLine.value(GeneratorLine.self, of: text), line.job == job.job || line.job == 0 else {
                continue
            }
            if let reason = line.failed { throw Failure.told(reason) }
            if let soFar = line.soFar {
                live?.put(.init(messagesPerSecond: soFar.messagesPerS, p99Us: soFar.p99Us), connection: 0)
            }
            switch line.mark {
            case .warm:
                guard let result = line.result else { throw Failure.untrue("said nothing of its warm-up") }
                if let failed = try await warm(result, &sight) { return .failedInWarmup(failed) }
            case .begin:
                sight.begin = MonotonicClock.now
                sight.sampling?.cancel()
                sight.fault?.cancel()
                sight.fault = fault.map { fault in Task { @concurrent in try await fault.happen() } }
                sight.sampling = sight.sampler.map { sampler in Task { @concurrent in await sampler.run() } }
            case .rest:
                guard let turns else { throw Failure.untrue("rests where it was not to") }
                sight.endTurn()
                await turns.pass()
                await turns.begin()
                sight.beginTurn()
                generator.say(JSONLine.text(of: GeneratorWord(job: job.job, go: true)))
            case .end:
                sight.end = MonotonicClock.now
                sight.after = await meters.read()
                if turns != nil { sight.endTurn() }
                if sight.rates != nil {
                    sight.recorded = try? await reconciliation?.ledger.report(run: job.runID).unique
                }
                sight.sampling?.cancel()
                if let sampler = sight.sampler, var samples = await sight.sampling?.value {
                    await sampler.addDelivered(to: &samples.delivered)
                    sight.samples = samples
                }
                sight.after?.processes = ProcessTimes.now()
                sight.after?.linkAccount = try await link?()
            case nil:
                if let result = line.result { return try await outcome(result, sight) }
            }
        }
        try Task.checkCancellation()
        throw Failure.lost
    }

    /// Waits for the ledger, and gives the word.
    /// - Returns: what came of the warm-up, where that is no good.
    private func warm(_ line: GeneratorResult, _ sight: inout Sight) async throws -> LoadResult? {
        // Nothing goes wrong in the warm-up.
        var job = job
        (job.fates, job.retry, job.cutAfterS) = (nil, nil, nil)
        let warm = try trusted { [job] () throws(BenchmarkError) in try line.loadResult(of: job) }
        guard warm.errors == 0 else {
            generator.say(JSONLine.text(of: GeneratorWord(job: job.job, go: false)))
            return warm
        }
        var report: RunReport?
        if job.warmupS > 0, let reconciliation {
            // A backlog of the warm-up would be paid for by the measured entries.
            report = try await reconciliation.settle(run: job.warmupRunID, acked: warm.acked)
        }
        sight.rates = try overload.map { times throws(Failure) in
            guard let rates = OverloadRates(times: times, warm, report) else {
                throw .told("the warm-up carried too little to say what more than that is")
            }
            return rates
        }
        let width = job.timelineMs.flatMap(LoadPhase.nanoseconds(ofBin:))
        var recorded: UInt64?
        // One that is killed counts from 0 again.
        if width != nil, fault?.fault != .loggerKill, let reconciliation {
            recorded = try? await reconciliation.ledger.received()
        }
        _ = try await link?()
        // Warm are all of them before anything is measured.
        await turns?.pass()
        await turns?.begin()
        // Outside of what is measured: there may be many processes.
        let processes = ProcessTimes.now()
        var before = await meters.read()
        before.processes = processes
        sight.before = before
        if let width {
            var processes = meters.processes
            let first = await processes.sample()
            sight.sampler = CellSampler(
                processes: processes, ledger: reconciliation?.ledger, width: width, before: first,
                recordedBefore: recorded)
        }
        if turns != nil { sight.beginTurn() }
        let word = GeneratorWord(
            job: job.job, go: true, ratePerS: sight.rates?.offered, afterwardsRatePerS: sight.rates?.afterwards)
        generator.say(JSONLine.text(of: word))
        return nil
    }

    /// How far the time that a generator says it measured may be from what the lab saw between its marks, in seconds, beside
    /// a tenth of it: a mark waits for its reader.
    private static let mostTimeLag = 0.1

    private func outcome(_ line: GeneratorResult, _ sight: Sight) async throws -> Outcome {
        guard let before = sight.before, var after = sight.after, let begin = sight.begin, let end = sight.end else {
            throw Failure.untrue("did not mark where its measured time begins and ends")
        }
        // The rate was told with the word.
        var job = job
        if let rates = sight.rates { job.ratePerS = rates.offered }
        var result = try trusted { [job] () throws(BenchmarkError) in try line.loadResult(of: job) }
        if let rates = sight.rates { result.overload = OverloadFigures(rates: rates, recorded: sight.recorded) }
        if let event = try await sight.fault?.value { result.fault = event }
        if let dials = job.dials, result.errors == 0, result.sent != UInt64(dials) {
            throw Failure.untrue("was to dial \(dials) times for an entry each, and sent \(result.sent)")
        }
        let seen = Double(end - min(begin, end)) / 1e9
        let isLikely = abs(result.elapsed - seen) <= Self.mostTimeLag + seen / 10
        let doubt =
            isLikely
            ? nil
            : "the load generator says that it measured \(DecimalText.short(result.elapsed)) s, and its marks are "
                + "\(DecimalText.short(seen)) s apart"
        let timeline = line.timeline.flatMap { timeline in
            sight.samples.map { CellTimeline(timeline, start: result.start, end: result.end, samples: $0) }
        }
        // A process does nothing while it is others' turn.
        if turns != nil { after.time = before.time &+ sight.given }
        return .measured(result, timeline, before: before, after: after, doubt: doubt)
    }

    private func trusted(_ read: () throws(BenchmarkError) -> LoadResult) throws(Failure) -> LoadResult {
        do throws(BenchmarkError) {
            return try read()
        } catch {
            throw .untrue("cannot be trusted: \(error)")
        }
    }
}
