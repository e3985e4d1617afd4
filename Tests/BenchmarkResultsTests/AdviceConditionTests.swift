import Broker
import Testing

@testable import BenchmarkResults

/// What `advise` says of faults and of overload: from rows that were measured with them, or that there are none.
@Suite("Advice on faults and overload")
struct AdviceConditionTests {
    @Test("of what keeps the guarantee and the rate, those are left that went on in time, with what became of entries")
    func fault() {
        let faults = EventComparisonTests.faults(
            ["a": .init(failed: 0), "b": .init(gap: 1300, unknown: 3), "c": .init(gap: 2600)], seed: 1)
        let text = Self.advice(Self.question(.loggerKill, within: 2), faults).text
        #expect(
            text.hasPrefix(
                "For 100 B, 1,000 msgs/s, surviving the logger, with logger-kill, going on within 2.00 s: b, the least CPU"
            ),
            "\(text)")
        #expect(text.contains("c (with logger-kill nothing was acknowledged for up to 2."), "\(text)")
        #expect(text.contains("When the logger is killed and started again 1 s later:\n  b fails "), "\(text)")
        #expect(
            text.contains("; 3 may have arrived; nothing acknowledged for 1.")
                && text.contains("; no acknowledged entry lost, n=7 "),
            "\(text)")
        #expect(
            text.contains(
                "[results/f: 100 B, 8 in flight, open loop at 1000 msgs/s, stored in sqlite, with logger-kill]"))
        // Without a time to go on in, the slow one is the next, and a sentence tells which gaps differ.
        let patient = Self.advice(Self.question(.loggerKill), faults).text
        #expect(patient.contains("\n  c fails ") && !patient.contains("c (with logger-kill"), "\(patient)")
        #expect(patient.contains("  The longest gap is the shortest with a"), "\(patient)")
    }

    @Test("what lost an acknowledged entry in any round is left out, and says so")
    func lost() {
        let faults = EventComparisonTests.faults(["a": .init(), "b": .init(), "c": .init()], seed: 1) { row in
            if row.planned.cell.transport == "b", row.planned.block == 3 {
                row.invalidReasons = [.delivery("1 of 10 acknowledged entries did not arrive")]
            }
        }
        let text = Self.advice(Self.question(.loggerKill), faults).text
        #expect(text.contains(": c, the least CPU time"), "\(text)")
        #expect(
            text.contains("b (with logger-kill 1 of 7 rounds failed: 1 of 10 acknowledged entries did not arrive)"),
            "\(text)")
    }

    @Test("nothing is made up of a fault, or of an overload, that no cell has: the answer says what to measure")
    func notMeasured() {
        let faults = EventComparisonTests.faults(["b": .init()], seed: 1)
        let none = Self.advice(Self.question(.loggerStop), faults)
        #expect(!none.isAnswered)
        #expect(
            none.text.contains(
                "no answer, since nothing was measured with logger-stop. Measure: brokerlab bench --suite faults --faults logger-stop"
            ),
            "\(none.text)")
        #expect(
            Self.advice(Self.question(.blackhole), faults).text.contains(
                "--suite faults --network lan --faults blackhole"))
        let some = Self.advice(Self.question(.loggerKill), faults).text
        #expect(some.contains("c (not measured with logger-kill)"), "\(some)")
        var question = Self.question(nil)
        question.overload = 3
        #expect(
            Self.advice(question, faults).text.contains(
                "nothing was measured offered 3 times what it carries. Measure: "))
        #expect(!Self.advice(Self.question(nil), faults).text.contains("logger-kill"))
    }

    @Test("what a client that sends again makes of a fault is no answer to what the transport does by itself")
    func sentAgain() {
        let faults = EventComparisonTests.faults(["b": .init(), "c": .init()], seed: 1, retries: .unknown)
        let advice = Self.advice(Self.question(.loggerKill), faults)
        #expect(!advice.isAnswered)
        #expect(advice.text.contains("no answer, since nothing was measured with logger-kill"), "\(advice.text)")
    }

    @Test("what is in a logger's memory does not outlive it, and what has no RabbitMQ is spared what is done to one")
    func spared() {
        let faults = EventComparisonTests.faults(["b": .init(), "c": .init()], seed: 1)
        let memory = Self.advice(Self.question(.loggerKill, need: .promise(.recorded)), faults, isStored: false)
        #expect(!memory.isAnswered && memory.text.contains("which does not outlive logger-kill"), "\(memory.text)")
        #expect(memory.text.contains("--stores sqlite"))
        let killed = EventComparisonTests.faults(["c": .init()], seed: 1) { row in
            row.planned.cell.fault = .rabbitMQKill
        }
        var record = killed.record
        record.suite.faults = [.rabbitMQKill]
        let text = Self.advice(Self.question(.rabbitMQKill), Report(record: record, rows: killed.rows)).text
        #expect(text.contains("  b has no RabbitMQ between its halves"), "\(text)")
        #expect(text.contains("  c fails 4") || text.contains("  c fails 5"), "\(text)")
    }

    @Test(
        "of overload it is told who holds back and what memory it takes by that under less, and when it is normal again"
    )
    func overload() {
        var question = Self.question(nil)
        question.overload = 2
        let text = Self.advice(question, EventComparisonTests.overload(["b": 1, "c": 1], memory: 1 << 26, seed: 1)).text
        #expect(text.contains("surviving the logger, offered 2 times what it carries: b, the least CPU"), "\(text)")
        #expect(text.contains("Offered 2 times what it carries:\n  b acknowledges 1.1 times that"), "\(text)")
        #expect(
            text.contains(
                "holds 67% of what is due back in the sender (of 3 times); memory 67 MiB, 1.0 times that when offered"),
            "\(text)")
        #expect(
            text.contains("; normal again 0 ms after the last was due, n=7 [results/f: 100 B, 8 in flight]"), "\(text)")
    }

    private static func question(
        _ fault: Fault?, within: Double? = nil, need: Advice.Need = .surviving(.logger)
    ) -> Advice.Question {
        var question = Advice.Question(payloadBytes: 100, rate: 1000, need: need)
        (question.fault, question.within) = (fault, within)
        return question
    }

    /// That of a run in which nothing goes wrong, where a is the floor and b costs least, and of another one.
    private static func advice(_ question: Advice.Question, _ events: Report, isStored: Bool = true) -> Advice {
        var suite = SignificanceTests.suite(["a", "b", "c"], baseline: "b", load: .closed)
        suite.stores = isStored ? [.sqlite] : nil
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (place, transport) in suite.transports.enumerated() {
                var row = ResultRow.sample(transport: transport, block: block, throughput: 12_000 + Double(block))
                row.planned.cell.store = isStored ? .sqlite : .memory
                row.acknowledgementClass = isStored ? "stored" : "recorded"
                row.brokerCPUUsPerMessage = 3 + Double(place) + 0.001 * Double(block)
                (row.queueCPUUsPerMessage, row.peerVersion) = (nil, nil)
                rows.append(row)
            }
        }
        let steady = Report(record: SignificanceTests.record(suite), rows: rows)
        return Advice(question, runs: [("results/f", events), ("results/x", steady)])
    }
}
