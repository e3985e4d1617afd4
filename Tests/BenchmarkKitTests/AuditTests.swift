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
