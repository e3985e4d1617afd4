import Broker
import Testing

@testable import BenchmarkResults

@Suite("Advice")
struct AdviceTests {
    private let report = Self.report()

    @Test("the least CPU time among those that keep the rate, with the rows it stands on and what was left out")
    func recorded() {
        let advice = Self.advice(Advice.Question(payloadBytes: 105, rate: 5000, need: .promise(.recorded)), report)
        #expect(advice.isAnswered)
        #expect(advice.text.hasPrefix("For 105 B, 5,000 msgs/s, recorded: netrpc, the least CPU time"))
        #expect(advice.text.contains("[results/x: 100 B, 1 in flight, closed loop]"))
        #expect(advice.text.contains("n=7; acknowledged: the logger has it, in its memory"))
        // What is queued only is not recorded, whatever it costs.
        #expect(
            advice.text.contains("left out: amqp (its acknowledgement says: RabbitMQ has it, in a queue on its disk)"))
        #expect(advice.text.contains("brokerlab bench --transport netrpc --payload-bytes 105 --rate 5000 "))
    }

    @Test("what was measured at the rate counts, not what a saturated run cost, and is not asked for again")
    func atRate() throws {
        var suite = SignificanceTests.suite(["netrpc", "grpc:stream"], baseline: "netrpc", load: .closed)
        suite.loads = [.closed, .open(ratePerSecond: 3000), .open(ratePerSecond: 9000), .open(ratePerSecond: 90_000)]
        var rows: [ResultRow] = []
        for block in 1...7 {
            for load in suite.loads {
                for (transport, cpu) in [("netrpc", 1.0), ("grpc:stream", 0.5)] {
                    let rate = load.ratePerSecond ?? 100_000
                    // Full batches cost a fiftieth; the highest rate is not carried.
                    var row = ResultRow.sample(
                        transport: transport, block: block, throughput: min(rate, 60_000), load: load)
                    row.brokerCPUUsPerMessage = cpu * (load == .closed ? 1.83 : 93) + 0.001 * Double(block)
                    row.loggerCPUUsPerMessage = 0.001
                    row.queueCPUUsPerMessage = nil
                    rows.append(row)
                }
            }
        }
        let report = Report(record: SignificanceTests.record(suite), rows: rows)
        let at = Self.advice(Advice.Question(payloadBytes: 100, rate: 3000, need: .promise(.recorded)), report).text
        #expect(at.contains("recorded: grpc:stream, the least") && at.contains("grpc:stream: 46.5 us CPU a message"))
        #expect(at.contains("open loop at 3000 msgs/s]") && !at.contains("brokerlab bench"))
        let above = Self.advice(Advice.Question(payloadBytes: 100, rate: 4000, need: .promise(.recorded)), report).text
        #expect(above.contains("open loop at 9000 msgs/s]"))
        #expect(above.contains("brokerlab bench --transport grpc:stream --payload-bytes 100 --rate 4000"))
        // At the next rate above nothing kept up: what carries enough without a rate answers, and says what that is worth.
        let full = Self.advice(Advice.Question(payloadBytes: 100, rate: 20_000, need: .promise(.recorded)), report).text
        #expect(full.contains("closed loop]") && full.contains("(CPU time at full batches"))
    }

    @Test("a size between two that were measured is answered from both, with the ends")
    func between() {
        var suite = SignificanceTests.suite(["netrpc", "grpc"], baseline: "grpc", load: .closed)
        suite.payloadBytes = [100, 10_000]
        var rows: [ResultRow] = []
        for (payload, cost) in [(100, 4.0), (10_000, 16)] {
            for (transport, factor) in [("netrpc", 1.0), ("grpc", 2)] {
                for block in 1...7 {
                    var row = ResultRow.sample(
                        transport: transport, payloadBytes: payload, block: block, throughput: 50_000 + Double(block))
                    row.brokerCPUUsPerMessage = cost * factor - 1
                    row.loggerCPUUsPerMessage = 1
                    row.queueCPUUsPerMessage = nil
                    rows.append(row)
                }
            }
        }
        let report = Report(record: SignificanceTests.record(suite), rows: rows)
        let text = Self.advice(Advice.Question(payloadBytes: 1000, rate: 3000, need: .promise(.recorded)), report).text
        #expect(text.contains("netrpc: 8.00 us CPU a message (4.00 us at 100 B, 16.0 us at 10000 B)"))
        #expect(text.contains("100 B to 10000 B"))
    }

    @Test("those that cannot be told apart are named together, and too few rounds name none for sure")
    func ties() {
        let question = Advice.Question(payloadBytes: 100, rate: 5000, need: .promise(.recorded))
        var rows = report.rows
        for index in rows.indices { rows[index].brokerCPUUsPerMessage = 5 + 0.01 * Double(rows[index].planned.block) }
        let tied = Self.advice(question, Report(record: report.record, rows: rows)).text
        #expect(tied.contains("netrpc or grpc, whose CPU time cannot be told apart."))
        #expect(tied.contains("--transport netrpc,grpc "))
        let few = Self.advice(
            question, Report(record: report.record, rows: report.rows.filter { $0.planned.block < 4 })
        ).text
        #expect(few.contains("netrpc took the least CPU time, but too few rounds are valid to tell it from the others"))
    }

    @Test("what has to be survived chooses: memory of the logger does not outlive it, a queue on a disk outlives all")
    func durability() {
        func named(_ word: String) throws -> String {
            let need = try #require(Advice.Need(word))
            return Self.advice(Advice.Question(payloadBytes: 100, rate: 500, need: need), report).text
        }
        #expect(throws: Never.self) {
            for word in ["logger", "host", "queued"] {
                let text = try named(word)
                #expect(
                    text.contains(": amqp, the least")
                        && text.contains("netrpc (its acknowledgement says: the logger has it"))
            }
            #expect(try named("rabbitmq").contains(": netrpc, the least"))
        }
        #expect(Durability.queueMemory.survives(.logger) && !Durability.queueMemory.survives(.rabbitmq))
        #expect(!Durability.loggerMemory.survives(.host) && !Durability.nothing.survives(.logger))
        var transient = ResultRow.sample()
        transient.acknowledgementClass = "queued"
        #expect(transient.durability == .queueDisk)
        transient.mode = "transient"
        #expect(transient.durability == .queueMemory)
    }

    @Test("the floor is no answer unless asked for")
    func floor() {
        var record = report.record
        record.floor = "netrpc"
        var question = Advice.Question(payloadBytes: 100, rate: 5000, need: .promise(.recorded))
        let text = Self.advice(question, Report(record: record, rows: report.rows)).text
        #expect(
            text.contains("recorded: grpc, the least") && text.contains("netrpc (the floor, no protocol of services"))
        question.includesFloor = true
        #expect(
            Self.advice(question, Report(record: record, rows: report.rows)).text.contains(
                "recorded: netrpc, the least"))
    }

    @Test("what nobody measured is not made up: the answer says why, and what to measure")
    func refusals() {
        func text(_ payload: Int, _ rate: Double, _ need: Advice.Need) -> String {
            let advice = Self.advice(Advice.Question(payloadBytes: payload, rate: rate, need: need), report)
            #expect(!advice.isAnswered)
            return advice.text
        }
        #expect(
            text(1_000_000, 10, .promise(.recorded)).contains(
                "no payload within a factor of 4 of 1000000 B, and none on"))
        #expect(text(100, 1e9, .promise(.recorded)).contains("the most that was measured is 12,000 msgs/s"))
        #expect(text(100, 10, .promise(.stored)).contains("netrpc: its acknowledgement says: the logger has it"))
    }

    @Test("rows that are invalid are another reason than a payload that was not measured")
    func invalid() {
        var rows = report.rows
        for index in rows.indices { rows[index].invalidReasons = ["nothing was sent"] }
        let invalid = Report(record: report.record, rows: rows)
        let advice = Self.advice(Advice.Question(payloadBytes: 100, rate: 10, need: .promise(.recorded)), invalid)
        #expect(advice.text.contains("netrpc: none of its rows is valid; grpc: none of its rows is valid"))
    }

    private static func advice(_ question: Advice.Question, _ report: Report) -> Advice {
        Advice(question, runs: [("results/x", report)])
    }

    private static func report() -> Report {
        let classes = ["netrpc": "recorded", "grpc": "recorded", "amqp": "queued"]
        var rows: [ResultRow] = []
        for block in 1...7 {
            for (place, transport) in ["netrpc", "grpc", "amqp"].enumerated() {
                var row = ResultRow.sample(
                    transport: transport, block: block, throughput: 12_000 - 1000 * Double(place) + Double(block))
                row.acknowledgementClass = classes[transport] ?? ""
                row.brokerCPUUsPerMessage = 3 + Double(place) + 0.001 * Double(block)
                row.queueCPUUsPerMessage = nil
                rows.append(row)
            }
        }
        let suite = SignificanceTests.suite(["netrpc", "grpc", "amqp"], baseline: "grpc", load: .closed)
        return Report(record: SignificanceTests.record(suite), rows: rows)
    }
}
