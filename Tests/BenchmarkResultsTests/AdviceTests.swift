import Broker
import Testing

@testable import BenchmarkResults

@Suite("Advice")
struct AdviceTests {
    private let report = Self.report()

    @Test("the least CPU time among those that keep the rate, with the row it stands on")
    func recorded() {
        let advice = Advice(
            Advice.Question(payloadBytes: 150, rate: 5000, guarantee: .recorded), runs: [("results/x", report)])
        #expect(advice.isAnswered)
        #expect(advice.text.hasPrefix("For 150 B, 5,000 msgs/s, recorded: netrpc, the least CPU time"))
        #expect(advice.text.contains("[results/x, 100 B, 1 in flight, closed loop, n=7]"))
        // What is queued only is not recorded, whatever it costs.
        #expect(!advice.text.contains("amqp"))
    }

    @Test("what nobody measured is not made up: the answer says why, and what to measure")
    func refusals() {
        func text(_ payload: Int, _ rate: Double, _ guarantee: AcknowledgementClass) -> String {
            let advice = Advice(
                Advice.Question(payloadBytes: payload, rate: rate, guarantee: guarantee), runs: [("results/x", report)])
            #expect(!advice.isAnswered)
            return advice.text
        }
        #expect(text(1_000_000, 10, .recorded).contains("no payload within a factor of 4 of 1000000 B was measured"))
        #expect(text(100, 1e9, .recorded).contains("the most that was measured is 12,000 msgs/s"))
        let stored = text(100, 10, .stored)
        #expect(stored.contains("nothing measured promises 'stored'"))
        #expect(stored.contains("recorded") && stored.contains("queued"))
    }

    @Test("rows that are invalid are another reason than a payload that was not measured")
    func invalid() {
        var rows = report.rows
        for index in rows.indices { rows[index].invalidReasons = ["nothing was sent"] }
        let invalid = Report(record: report.record, rows: rows)
        let advice = Advice(
            Advice.Question(payloadBytes: 100, rate: 10, guarantee: .recorded), runs: [("results/x", invalid)])
        #expect(advice.text.contains("no answer, since all rows of the 3 cells with such a payload are invalid"))
    }

    @Test("a promise that no transport makes is said to be none, with the answer for the nearest one")
    func notOffered() {
        let advice = Advice(
            Advice.Question(payloadBytes: 100, rate: 500, guarantee: .stored), runs: [("results/x", report)],
            offered: [.recorded, .queued])
        #expect(!advice.isAnswered)
        let lines = advice.text.split(separator: "\n")
        #expect(lines[0].hasPrefix("For 100 B, 500 msgs/s, stored: no answer, since no transport promises 'stored'"))
        #expect(lines[1].hasPrefix("For 100 B, 500 msgs/s, recorded: netrpc"))
    }

    private static func report() -> Report {
        let classes = ["netrpc": "recorded", "grpc": "recorded", "amqp": "queued"]
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (place, transport) in ["netrpc", "grpc", "amqp"].enumerated() {
                var row = ResultRow.sample(
                    transport: transport, block: block, throughput: 12_000 - 1000 * Double(place) + Double(block))
                row.acknowledgementClass = classes[transport] ?? ""
                row.brokerCPUUsPerMessage = 3 + Double(place)
                row.queueCPUUsPerMessage = nil
                rows.append(row)
            }
        }
        let suite = SignificanceTests.suite(["netrpc", "grpc", "amqp"], baseline: "grpc", load: .closed)
        return Report(record: SignificanceTests.record(suite), rows: rows)
    }
}
