import Broker
import Glibc
import Histogram
import Metrics
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("The audit's rules")
struct AuditTests {
    @Test(
        "a half may be slower by half, and by a pause of 0.1 s: the shorter the cell, the more that is",
        arguments: [
            (ratio: 1.6, seconds: 10.0, isStationary: false), (1.5, 10, true), (0.6, 10, false), (2.4, 0.5, true),
            (2.6, 0.5, false), (0.42, 0.5, true), (0.3, 0.5, false), (40, 0.2, true),
        ])
    func stationarity(_ ratio: Double, _ seconds: Double, _ isStationary: Bool) {
        var row = ResultRow.sample()
        row.stationarityRatio = ratio
        let findings = Audit().findings(
            row, meanLatencyShare: nil, halves: (1000, 1000), halfSeconds: seconds / 2)
        #expect(findings.isEmpty == isStationary, "\(findings)")
        #expect(
            Audit().findings(row, meanLatencyShare: nil, halves: (199, 1000), halfSeconds: seconds / 2).isEmpty)
    }

    @Test("a generator that is late is caught, unless the transport's own work fills its core")
    func lateness() {
        func findings(cpu: Double?) -> [InvalidReason] {
            var row = ResultRow.sample(load: .open(ratePerSecond: 100_000))
            row.arrivalErrorP99Us = 2500
            row.generatorCPUPercent = cpu
            return Audit().findings(row, meanLatencyShare: nil, halves: nil, halfSeconds: 1)
        }
        #expect(findings(cpu: 60) == ["audit: the load generator was 2500 us late at p99"])
        #expect(findings(cpu: nil).count == 1)
        #expect(findings(cpu: 98).isEmpty)
    }

    @Test("a logger that was to work on entries and did not is caught")
    func work() {
        func findings(_ work: Int, cpu: Double?) -> [InvalidReason] {
            var row = ResultRow.sample()
            row.planned.cell.loggerWork = LoggerWork(microseconds: work)
            row.loggerCPUUsPerMessage = cpu
            return Audit().findings(row, meanLatencyShare: nil, halves: nil, halfSeconds: 1)
        }
        #expect(
            findings(100, cpu: 90) == [
                "audit: the logger was to work 100 us on each entry, and used 90.0 us of CPU time"
            ])
        #expect(findings(100, cpu: 104).isEmpty && findings(100, cpu: nil).isEmpty && findings(0, cpu: 4).isEmpty)
    }

    @Test("slices that are too narrow for their entries are caught, and it is said how wide they are to be")
    func slices() {
        func findings(meanUs: Double?, width: Double?) -> [InvalidReason] {
            var row = ResultRow.sample()
            (row.sliceMs, row.acked) = (width, 10)
            row.ackLatency = meanUs.map { mean in
                LatencySummary(
                    count: 10, p50Us: mean, p90Us: mean, p99Us: mean, p999Us: mean, maxUs: mean, meanUs: mean)
            }
            return Audit().findings(row, meanLatencyShare: nil, halves: nil, halfSeconds: 1)
        }
        #expect(findings(meanUs: 5000, width: 10).isEmpty && findings(meanUs: 6100, width: nil).isEmpty)
        #expect(
            findings(meanUs: 6100, width: 10) == [
                "audit: an entry took 6.1 ms in the mean, too much of a slice of 10.0 ms: take slice_ms of at least 13"
            ])
        #expect(
            findings(meanUs: nil, width: 10) == [
                "audit: no entry was sent and answered within a slice of 10.0 ms: take a longer slice_ms"
            ])
    }

    @Test("the program that used the cores is named")
    func culprit() {
        var row = ResultRow.sample()
        row.foreignCPUPercent = 40
        row.busiestForeign = "cc1;plus"
        let findings = Audit().findings(row, meanLatencyShare: nil, halves: nil, halfSeconds: 1)
        #expect(findings == ["audit: other processes used 40.0% of the cores' time, most by cc1,plus"])
        func times(_ ticks: [(pid_t, String, Int)]) -> ProcessTimes {
            var times = ProcessTimes()
            for (pid, name, used) in ticks {
                times.add(pid, stat: "\(pid) (\(name)) S 1 1 1 0 -1 0 0 0 0 0 \(used) 1 0 0 20 0 1 0 5")
            }
            return times
        }
        let before = times([(1, "init", 5), (2, "a (b) c", 10), (3, "own", 0)])
        let after = times([(1, "init", 6), (2, "a (b) c", 30), (3, "own", 900), (4, "new", 19)])
        #expect(after.busiest(since: before, without: [3]) == "a (b) c")
        #expect(before.busiest(since: before, without: []) == nil)
        #expect(ProcessTimes.now().busiest(since: ProcessTimes(), without: []) != nil)
    }

    @Test("a sender of an operation is at work until the last answer has come: Little's law holds of it")
    func operations() {
        var planned = ResultRow.sample().planned
        planned.cell.inFlight = 80
        var builder = ResultRowBuilder(
            runID: "r", planned: planned, descriptor: FakeTransport(ledger: InMemoryLedger()).descriptor(),
            target: "127.0.0.1:1", peerVersion: nil)
        // 80 senders for a second: each entry is answered after 0.91 ms, and the last of its operation after 1 ms.
        var result = LoadResult(start: 0, isOpen: false)
        result.end = 1_000_000_000
        for _ in 0..<80_000 { result.latency.record(910_000) }
        (result.sent, result.acked) = (80_000, 80_000)
        result.operationTime = 80_000 * 1_000_000
        builder.add(result, duration: 1)
        #expect(abs((builder.row.littleRatio ?? 0) - 1) < 0.001)
    }

    @Test("the wait for a closed load's last answers is no part of its rate, and Little's law holds without it")
    func lastAnswers() {
        var planned = ResultRow.sample().planned
        (planned.cell.inFlight, planned.cell.load) = (64, .closed)
        // 64 senders for a second, 10 ms an entry; the last packet of one was lost, and sent again a quarter of a second later.
        var result = LoadResult(start: 0, isOpen: false)
        result.end = 1_250_000_000
        for _ in 0..<6400 { result.latency.record(10_000_000) }
        result.latency.record(250_000_000)
        (result.sent, result.acked) = (6401, 6401)
        (result.ackedInFirstHalf, result.ackedInSecondHalf) = (3200, 3200)
        func row(_ result: LoadResult) -> ResultRow {
            var builder = ResultRowBuilder(
                runID: "r", planned: planned, descriptor: FakeTransport(ledger: InMemoryLedger()).descriptor(),
                target: "127.0.0.1:1", peerVersion: nil)
            builder.add(result, duration: 1)
            builder.audit(result, Audit(), duration: 1)
            return builder.row
        }
        #expect(row(result).throughput == 6400)
        #expect(row(result).isValid)
        // A generator that does not say when: the whole time counts, and the audit sees what that does.
        (result.ackedInFirstHalf, result.ackedInSecondHalf) = (0, 0)
        #expect(row(result).throughput == 6401 / 1.25)
        #expect(row(result).invalidReason.contains("Little's law"))
        // An open load ends with its last answer.
        (result.ackedInFirstHalf, result.ackedInSecondHalf) = (3200, 3200)
        planned.cell.load = .open(ratePerSecond: 6401, arrivals: .constant)
        #expect(row(result).throughput == 6401 / 1.25)
    }

    @Test("a cell in which nothing was sent has lost nothing: it cannot be told")
    func nothingSent() {
        var builder = ResultRowBuilder(
            runID: "r", planned: ResultRow.sample().planned,
            descriptor: FakeTransport(ledger: InMemoryLedger()).descriptor(), target: "127.0.0.1:1", peerVersion: nil)
        builder.add(LoadResult(start: 0, isOpen: false), duration: 1)
        #expect(builder.row.invalidReason == "audit: nothing was sent")
        #expect(!builder.row.hasFailed)
    }

    @Test(
        "a cell over TLS is encrypted, and its row not trusted when the load generator says nothing of TLS",
        arguments: [TLSUse.on, .mutual])
    func silentOfTLS(_ tls: TLSUse) {
        var planned = ResultRow.sample().planned
        planned.cell.tls = tls
        func row(_ session: TLSSession?) -> ResultRow {
            var builder = ResultRowBuilder(
                runID: "r", planned: planned, descriptor: FakeTransport(ledger: InMemoryLedger()).descriptor(),
                target: "127.0.0.1:1", peerVersion: nil)
            var result = LoadResult(start: 0, isOpen: false)
            (result.sent, result.acked, result.end) = (1, 1, 1_000_000)
            result.latency.record(1000)
            result.tls = session
            builder.add(result, duration: 1)
            return builder.row
        }
        let silent = row(nil)
        #expect(silent.isEncrypted && silent.tlsVersion == nil)
        #expect(silent.invalidReason == "audit: the load generator does not say that it spoke TLS")
        #expect(
            row(TLSSession(version: "TLSv1.2")).invalidReason
                == "audit: the load generator spoke TLSv1.2 and not TLSv1.3")
        let open = row(TLSSession(version: "TLSv1.3", cipherSuite: "TLS_AES_128_GCM_SHA256"))
        #expect(open.invalidReasons.isEmpty && open.tlsVersion == "TLSv1.3")
        #expect(open.tlsCipher == "TLS_AES_128_GCM_SHA256")
    }

    @Test("a reason is one line, whatever an error says")
    func reasonIsOneLine() {
        var builder = ResultRowBuilder(
            runID: "r", planned: ResultRow.sample().planned,
            descriptor: FakeTransport(ledger: InMemoryLedger()).descriptor(), target: "amqps://host", peerVersion: nil)
        builder.fail("one\ntwo")
        builder.fail("three")
        #expect(builder.row.invalidReason == "one two; three")
        #expect(builder.row.isEncrypted)
    }
}
