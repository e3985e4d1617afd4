import Broker
import Foundation
import Histogram
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

/// What a load generator says, and what the lab makes of one that says something else.
@Suite("The load generator")
struct GeneratorTests {
    private let ledger = InMemoryLedger()

    @Test("says of a job: that it is warm, where what is measured begins and ends, and what came of it")
    func lines() async throws {
        let party = GeneratorParty.hosted([FakeTransport(ledger: ledger).descriptor()])
        party.say(job().line)
        party.say(#"{"job":7,"go":true}"#)
        let lines = await self.lines(of: party, until: \.isLast)
        #expect(lines.compactMap(\.mark) == [.warm, .begin, .end])
        let result = try #require(lines.last?.result)
        #expect(result.sent > 0 && result.acked == result.sent)
        #expect(result.acked == UInt64(ledger.entries(of: "r-7m").count))
        #expect(!ledger.entries(of: "r-7w").isEmpty)
        #expect(try result.loadResult(of: job()).latency.totalCount == result.acked)
        _ = await party.stop()
    }

    @Test("takes one job after the other, and ends one after its warm-up if told so")
    func noGo() async throws {
        let party = GeneratorParty.hosted([FakeTransport(ledger: ledger).descriptor()])
        party.say(job().line)
        party.say(#"{"job":7,"go":false}"#)
        var next = job()
        next.job = 8
        party.say(next.line)
        party.say(#"{"job":8,"go":true}"#)
        let lines = await self.lines(of: party, until: \.isLast)
        #expect(lines.filter { $0.job == 7 }.map(\.mark) == [.warm])
        #expect(lines.last?.job == 8 && lines.last?.result != nil)
        _ = await party.stop()
    }

    @Test("rests after each slice of a job until it is told to go on, and counts what it sends in all of them")
    func slices() async throws {
        let party = GeneratorParty.hosted([FakeTransport(ledger: ledger).descriptor()])
        var job = job()
        job.slices = 3
        party.say(job.line)
        var marks: [GeneratorLine.Mark] = []
        let last = await lines(of: party) { line in
            if let mark = line.mark { marks.append(mark) }
            if line.mark == .warm || line.mark == .rest { party.say(#"{"job":7,"go":true}"#) }
            return line.isLast
        }.last
        #expect(marks == [.warm, .begin, .rest, .rest, .end])
        let result = try #require(last?.result)
        #expect(result.sent > 0 && result.acked == result.sent)
        // Numbered on from slice to slice.
        #expect(ledger.entries(of: "r-7m").compactMap(\.stamp?.sequence).sorted() == Array(0..<result.acked))
        let measured = try result.loadResult(of: job)
        // Those that were sent while a slice began are acknowledged, and no part of what is measured.
        #expect(measured.latency.totalCount > 0 && measured.latency.totalCount < result.acked)
        #expect(try #require(result.ackedInHalves).reduce(0, +) < result.acked)
        job.slices = nil
        #expect(throws: BenchmarkError.self) { try result.loadResult(of: job) }
        _ = await party.stop()
    }

    @Test("ends a job that is not to go on after a slice, and takes the next")
    func noFurtherSlice() async throws {
        let party = GeneratorParty.hosted([FakeTransport(ledger: ledger).descriptor()])
        var job = job()
        job.slices = 2
        party.say(job.line)
        party.say(#"{"job":7,"go":true}"#)
        party.say(#"{"job":7,"go":false}"#)
        (job.job, job.slices) = (8, nil)
        party.say(job.line)
        party.say(#"{"job":8,"go":true}"#)
        let lines = await self.lines(of: party, until: \.isLast)
        #expect(lines.filter { $0.job == 7 }.map(\.mark) == [.warm, .begin, .rest])
        #expect(lines.last?.job == 8 && lines.last?.result != nil)
        _ = await party.stop()
    }

    @Test("has no slices of what has a rate, or connections that do not stay")
    func wrongSlices() {
        func fault(_ change: (inout LoadJob) -> Void) -> String? {
            var job = job()
            job.slices = 2
            change(&job)
            return job.fault
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.slices = 0 } == "slices is 0, and 100000 are the most")
        #expect(
            fault {
                ($0.warmupS, $0.afterwards) = (1, LoadJob.Afterwards(durationS: 1, runID: "a"))
            } != nil)
        #expect(
            fault { $0.slices = 100_001 } != nil && fault { $0.ratePerS = 100 } != nil && fault { $0.churn = 10 } != nil
        )
        #expect(fault { $0.timelineMs = 10 } != nil && fault { $0.messagesPerOperation = 2 } != nil)
    }

    @Test("says why a job cannot be done")
    func impossible() async throws {
        let party = GeneratorParty.hosted([FakeTransport(ledger: ledger).descriptor()])
        var faults: [String?] = []
        func say(_ line: String) async {
            party.say(line)
            faults.append(await lines(of: party) { $0.failed != nil }.last?.failed)
        }
        await say("no json")
        var job = job()
        job.transport = "pigeon"
        await say(job.line)
        job.inFlight = 3
        job.connections = 2
        await say(job.line)
        job.durationS = -1
        await say(job.line)
        job.durationS = 1
        (job.inFlight, job.connections) = (10_001, 10_001)
        await say(job.line)
        #expect(
            faults == [
                "the line is no job", "there is no transport 'pigeon'",
                "2 connections cannot share 3 in flight evenly", "a time or a rate is negative, or far too large",
                "connections is 10001, and 10000 are the most",
            ])
        _ = await party.stop()
    }

    @Test("what it says is what it counted: histograms, fates and times")
    func roundTrip() throws {
        var result = LoadResult(start: 1_000, isOpen: true)
        result.end = 2_000_001_000
        (result.sent, result.acked, result.unknown) = (1001, 1000, 1)
        (result.ackedInFirstHalf, result.ackedInSecondHalf) = (400, 600)
        result.firstFailure = TransportError(.unknown, "gone")
        for value in 1...1000 as ClosedRange<UInt64> {
            result.latency.record(value * 997)
            result.uncorrectedLatency?.record(value)
            result.scheduleSlip?.record(value * 3)
        }
        result.arrivalError?.record(5)
        (result.spun, result.operationTime) = (12, 34)
        result.tls = TLSSession(version: "TLSv1.3", cipherSuite: "TLS_AES_128_GCM_SHA256")
        var job = job()
        job.ratePerS = 500
        let line = GeneratorLine(job: 7, result: GeneratorResult(result, wire: WireBytes(sent: 9, received: 8))).text
        let heard = try #require(JSONLine.value(GeneratorLine.self, of: line)?.result)
        let read = try heard.loadResult(of: job)
        #expect(read.elapsed == 2 && read.start == 1000)
        #expect(read.sent == 1001 && read.acked == 1000 && read.errors == 1)
        #expect(read.ackedInFirstHalf == 400 && read.ackedInSecondHalf == 600)
        #expect(read.firstFailure == result.firstFailure)
        for percentile in [1, 50, 90, 99, 99.9] {
            #expect(
                read.latency.valueAtPercentile(percentile) == result.latency.valueAtPercentile(percentile),
                "\(percentile)")
        }
        #expect(read.scheduleSlip?.totalCount == 1000 && read.arrivalError?.totalCount == 1)
        #expect(read.spun == 12 && read.operationTime == 34)
        #expect(read.wire == WireBytes(sent: 9, received: 8))
        #expect(read.tls == result.tls)
        for name in ["", "TLS 1.3", "a,b", "a\nb", "\u{e9}", String(repeating: "x", count: 65)] {
            var lying = heard
            lying.tlsCipher = name
            #expect(throws: BenchmarkError.self) { try lying.loadResult(of: job) }
        }
    }

    @Test(
        "bytes are counted of the port in a target, with or without a path and a query",
        arguments: [
            ("127.0.0.1:5001", 5001), ("amqp://u:p@h:5672", 5672),
            ("amqps://u:p@h:5671/%2F?cacertfile=%2Fca.pem", 5671),
            ("amqps://u:p@h:5671?cacertfile=/ca.pem", 5671), ("unix:/a:1", nil),
        ] as [(String, Int?)])
    func port(_ target: String, _ port: Int?) {
        #expect(WireBytes.port(in: target) == port)
    }

    @Test("one that dies costs the cell that it was at, with its last words, and another one takes its place")
    func dies() async throws {
        let ledger = ledger
        let starts = Counter()
        var measurement = measurement(
            GeneratorSeat {
                if starts.next() == 1 {
                    return try await Self.script("read job; echo 'out of memory' >&2; exit 3")
                }
                return .hosted([FakeTransport(ledger: ledger).descriptor()])
            })
        let row = try await measurement.measure().row
        #expect(
            row.invalidReason
                == "the load generator ended in the middle of the cell (exit code 3). Its last words:   out of memory")
        measurement.planned.number = 8
        let next = try await measurement.measure().row
        #expect(!next.hasFailed, "\(next.invalidReason)")
        #expect(starts.value == 2)
    }

    @Test("one that hangs is given up, and is gone")
    func hangs() async throws {
        let pid = Collected<Int32>()
        var measurement = measurement(
            GeneratorSeat {
                let party = try await Self.script("while read line; do :; done")
                pid.set(party.pid)
                return party
            })
        measurement.slack = .milliseconds(300)
        let row = try await measurement.measure().row
        #expect(row.invalidReason == "the load did not end within 0 s and was given up")
        #expect(kill(try #require(pid.value), 0) == -1)
    }

    @Test(
        "one whose words do not add up is not believed",
        arguments: [
            (
                #"{"job":7,"mark":"begin"}\n{"job":7,"mark":"end"}\n{"job":7,"result":RESULT}"#, 2,
                "the load generator cannot be trusted: the load generator counted 2 acknowledgements, and 1 latencies"
            ),
            (
                #"{"job":7,"result":RESULT}"#, 1,
                "the load generator did not mark where its measured time begins and ends"
            ),
            (
                #"{"job":7,"mark":"begin"}\n{"job":7,"mark":"end"}\n{"job":7,"result":RESULT}"#, 1,
                "1 of 1 acknowledged entries did not arrive; audit: the load generator says that it measured 5.0 s, and "
            ),
        ])
    func lies(_ script: String, acked: Int, reason: String) async throws {
        var histogram = Histogram<UInt32>(
            highestTrackableValue: HistogramLog.highestLatency, numberOfSignificantValueDigits: .three)
        histogram.record(1000)
        let counts = #""sent":0,"acked":0,"not_sent":0,"unknown":0,"rejected":0,"start_ns":0,"elapsed_ns":0"#
        let result =
            #"{"sent":\#(acked),"acked":\#(acked),"not_sent":0,"unknown":0,"rejected":0,"start_ns":0,"#
            + #""elapsed_ns":5000000000,"latency":"\#(HistogramCode.encode(histogram))"}"#
        let said = script.replacingOccurrences(of: "RESULT", with: result)
        var measurement = measurement(
            GeneratorSeat {
                try await Self.script(
                    "read job; echo 'chatter'; echo '{\"job\":7,\"mark\":\"warm\",\"result\":{\(counts)}}'; read go; "
                        + "printf '\(said)\\n'; exec cat > /dev/null")
            })
        measurement.reconciliation?.patience = .milliseconds(50)
        let row = try await measurement.measure().row
        #expect(row.invalidReason.hasPrefix(reason), "\(row.invalidReason)")
        await measurement.generator.leave()
    }

    @Test("one that is never ready, or cannot be started, is told as such")
    func notReady() async throws {
        let silent = try await #require(throws: BenchmarkError.self) {
            try await GeneratorParty.start(
                PartyCommand(executable: "/bin/cat", arguments: []), readyLimit: .milliseconds(20))
        }
        #expect(silent.description == "the load generator was not ready within 0 s.")
        let missing = try await #require(throws: BenchmarkError.self) {
            try await GeneratorParty.start(PartyCommand(executable: "/no/such/generator", arguments: []))
        }
        #expect(missing.description.hasPrefix("cannot start the load generator '/no/such/generator': "))
    }

    private static func script(_ text: String) async throws -> GeneratorParty {
        let script = "echo '{\"ready\":true}'; \(text)"
        return try await GeneratorParty.start(PartyCommand(executable: "/bin/sh", arguments: ["-c", script]))
    }

    private func lines(
        of party: GeneratorParty, until isLast: (GeneratorLine) -> Bool
    ) async -> [GeneratorLine] {
        var lines: [GeneratorLine] = []
        for await text in party.lines {
            guard let line = JSONLine.value(GeneratorLine.self, of: text) else { continue }
            lines.append(line)
            if isLast(line) { break }
        }
        return lines
    }

    private func job() -> LoadJob {
        LoadJob(
            job: 7, transport: "fake", target: "x", payloadBytes: 100, payloadSeed: 1, inFlight: 2, connections: 1,
            warmupS: 0.01, warmupRunID: "r-7w", durationS: 0.03, runID: "r-7m", seed: 1)
    }

    private func measurement(_ generator: GeneratorSeat) -> CellMeasurement {
        let suite = BenchmarkResults.Suite(
            name: "s", transports: ["fake"], payloadBytes: [100], inFlight: [2], rounds: 1, duration: 0.03,
            warmup: 0.01, seed: 1)
        let planned = PlannedCell(cell: suite.cells[0], block: 1, orderInBlock: 1, number: 7)
        return CellMeasurement(
            suite: suite, planned: planned, descriptor: FakeTransport(ledger: ledger).descriptor(), target: "x",
            companions: [], generator: generator, loggerPID: getpid(), ledger: ledger, runPrefix: "r")
    }
}

extension GeneratorLine {
    /// Whether nothing follows of its job.
    fileprivate var isLast: Bool { mark == nil && (result != nil || failed != nil) }
}
