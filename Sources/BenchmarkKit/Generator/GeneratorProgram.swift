import Metrics
import BenchmarkResults
package import Broker
import LoggerService
import Synchronization

/// The load generator as a program: jobs come in, marks and results go out, a JSON object a line.
///
/// It takes one job at a time: ``LoadJob``; then it says ``GeneratorLine``s of it, and hears one ``GeneratorWord``.
package struct GeneratorProgram: Sendable {
    private let registry: [TransportDescriptor]
    private let say: @Sendable (String) -> Void

    /// Creates a load generator.
    /// - Parameters:
    ///   - registry: the transports that a job may name.
    ///   - say: takes a line.
    package init(registry: [TransportDescriptor], say: @escaping @Sendable (String) -> Void) {
        self.registry = registry
        self.say = say
    }

    /// Does what the lines say until there are no more.
    package func run(_ lines: AsyncStream<String>) async {
        say(#"{"ready":true}"#)
        var iterator = lines.makeAsyncIterator()
        while let line = await iterator.next(isolation: #isolation) {
            guard let job = LoadJob(line: line) else {
                say(GeneratorLine(job: 0, failed: "the line is no job"))
                continue
            }
            let inbox = Inbox(lines)
            do {
                guard let result = try await run(job, inbox) else { continue }
                if let file = job.rawFile { try ResultsFile.replace(file, with: RawSamples.file(result)) }
                let line = GeneratorLine(job: job.job, result: GeneratorResult(result, wire: result.wire))
                // What one job has freed is no part of the next one's peak.
                FreedMemory.giveBack()
                say(line)
            } catch {
                say(GeneratorLine(job: job.job, failed: "\(error)"))
            }
        }
    }

    /// - Returns: what was measured; nil where the lab did not want it any more.
    private func run(_ job: LoadJob, _ inbox: Inbox) async throws -> LoadResult? {
        if let fault = job.fault { throw BenchmarkError(fault) }
        guard let descriptor = registry.first(where: { $0.selector == job.transport }) else {
            throw BenchmarkError("there is no transport '\(job.transport)'")
        }
        // A connection that is closed after fewer entries than may be in flight never has as many.
        let share = job.inFlight / job.connections
        var options = ClientOptions(target: job.target, maxInFlight: min(share, job.churn ?? share))
        options.tls = job.tls?.options
        options.triesOnce = job.retry != nil
        let session = Mutex<TLSSession?>(nil)
        options.secured = { agreed in session.withLock { $0 = agreed } }
        let transport = try descriptor.makeClient(options)
        let live = LiveFigures()
        let payloads = try PayloadPool(byteCount: job.payloadBytes, kind: job.payload, seed: job.payloadSeed)
        let phase = LoadPhase(
            run: job.warmupRunID, inFlight: job.inFlight, load: job.load, payloads: payloads,
            duration: UInt64(job.warmupS * 1e9), wallClockOffset: LoadPhase.currentWallClockOffset(),
            messagesPerOperation: job.messagesPerOperation, isBare: job.bareLoop == true,
            spin: UInt64(job.spinUs * 1000), seed: job.seed)
        var measured = phase
        measured.run = job.runID
        measured.duration = UInt64(job.durationS * 1e9)
        if let slices = job.slices { measured.duration /= UInt64(slices) }
        measured.keepsSamples = job.rawFile != nil
        measured.keepsFates = job.fates == true
        if let retries = job.retry.flatMap(Retries.init) {
            measured.retryPolicy = RetryPolicy(retries, limit: options.answerTimeout, seed: job.seed)
        }
        measured.stopsAtFailure = job.fates != true && job.afterwards == nil
        measured.binWidth = job.timelineMs.flatMap(LoadPhase.nanoseconds(ofBin:))
        measured.live = live
        let afterwards = job.afterwards.map { job in
            var afterwards = measured
            afterwards.run = job.runID
            afterwards.duration = UInt64(job.durationS * 1e9)
            afterwards.keepsSamples = false
            afterwards.binWidth = RateRecovery.binWidth
            return afterwards
        }
        let word: @Sendable (LoadResult) async -> GeneratorWord? = { [say] warm in
            say(GeneratorLine(job: job.job, mark: .warm, result: GeneratorResult(warm)).text)
            return await inbox.word(job.job)
        }
        let port = WireBytes.port(in: job.target)
        let cut = job.cutAfterS.map { ConnectionCut(after: .seconds($0), toPort: port) }
        let mark: @Sendable (GeneratorLine.Mark) -> Void = { [say] mark in
            if mark == .begin { cut?.begin() }
            say(GeneratorLine(job: job.job, mark: mark).text)
        }
        let teller = Task { await tell(live, of: job) }
        defer { teller.cancel() }
        var result: LoadResult?
        if let dials = job.dials {
            measured.duration = 1 << 62
            result = try await ColdRun(
                warmup: phase, measured: measured, dials: dials, port: port, isToGoOn: { await word($0) != nil },
                mark: mark
            ).run(over: transport)
        } else if let churn = job.churn {
            let churning = ChurningTransport(transport, entriesEach: churn, maxClosing: share)
            result = try await LoadRun(
                warmup: phase, measured: measured, connections: job.connections, dials: churning.dials,
                word: word, mark: mark
            ).run(over: churning)
        } else {
            result = try await LoadRun(
                warmup: phase, measured: measured, slices: job.slices, afterwards: afterwards,
                connections: job.connections,
                // Sockets that are lost take their counters along.
                port: job.fates == true ? nil : port, word: word,
                rest: {
                    mark(.rest)
                    return await inbox.word(job.job) != nil
                }, mark: mark
            ).run(over: transport)
        }
        if let event = cut?.end() { result?.fault = event }
        result?.tls = session.withLock { $0 }
        return result
    }

    /// How often it is said what a load has come to so far.
    private static let interval = Duration.milliseconds(200)

    private func tell(_ live: LiveFigures, of job: LoadJob) async {
        var told: LiveFigures.SoFar?
        while (try? await Task.sleep(for: Self.interval)) != nil {
            // There is nothing new while it is others' turn.
            guard let soFar = live.soFar, soFar != told else { continue }
            told = soFar
            let figures = GeneratorLine.SoFar(messagesPerS: soFar.messagesPerSecond, p99Us: soFar.p99Us)
            say(GeneratorLine(job: job.job, soFar: figures))
        }
    }

    private func say(_ line: GeneratorLine) { say(line.text) }
}

/// The lines that are read while a job is under way.
private struct Inbox: Sendable {
    private let lines: AsyncStream<String>

    init(_ lines: AsyncStream<String>) {
        self.lines = lines
    }

    /// Waits for the lab's word.
    /// - Returns: nil where that is not to go on.
    func word(_ job: Int) async -> GeneratorWord? {
        for await line in lines {
            guard let word = JSONLine.value(GeneratorWord.self, of: line), word.job == job else { continue }
            return word.go ? word : nil
        }
        return nil
    }
}

extension GeneratorLine {
    var text: String { JSONLine.text(of: self) }
}
