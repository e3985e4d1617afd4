import Metrics
import Testing

@testable import BenchmarkResults

@Suite("What the terminal shows")
struct TerminalTests {
    private let suite = BenchmarkResults.Suite(
        name: "s", transports: ["tcp", "grpc", "amqp"], payloadBytes: [100, 10240], inFlight: [1, 64], rounds: 3,
        seed: 5)

    @Test("the table is sorted by throughput and fits 100 columns, whatever the figures")
    func table() throws {
        var results: [ResultRow] = []
        for (transport, throughput) in [("tcp", 164_000.0), ("grpc", 81_000), ("amqp", 12_345_678.9)] {
            for payload in suite.payloadBytes {
                for inFlight in suite.inFlight {
                    var row = ResultRow.sample(
                        transport: transport, payloadBytes: payload, inFlight: inFlight, throughput: throughput)
                    row.ackLatency?.p99Us = 60_000_000
                    results.append(row)
                }
            }
        }
        results.append(
            .sample(
                transport: "grpc", block: 2,
                invalidReasons: [.delivery(String(repeating: "it did not arrive ", count: 20))]))
        let text = table(results)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(lines[0] == "100 B, 1 in flight, closed loop, placement one-cpu, medians of 3 rounds")
        #expect(lines[3].contains("amqp") && lines[3].contains("12345679"))
        #expect(lines[4].contains("tcp"))
        #expect(lines[5].contains("grpc"))
        #expect(lines[5].contains("1/2"))
        #expect(lines.contains { $0.hasPrefix("INVALID: grpc, 100 B, 1 in flight, round 2: it did not") })
    }

    @Test("headings stand over their figures, right edge over right edge")
    func headings() throws {
        let lines = table([.sample()]).split(separator: "\n").map(Array.init)
        let above = String(lines[1])
        let heading = String(lines[2])
        #expect(above.split(separator: "  ", omittingEmptySubsequences: true).count == 2)
        #expect(
            above.count
                == heading.firstRange(of: "queue").map { heading.distance(from: heading.startIndex, to: $0.upperBound) }
        )
        let row = String(lines[3])
        #expect(
            heading
                == "#  transport  msgs/s  p50 us  p99 us  p99 us  broker  logger  queue  by tcp  ack       valid")
        #expect(
            row == "-  tcp         12346    57.1    1234    1234     3.2     4.5    120    1.00  recorded  1/1")
    }

    @Test("a cell without a valid row shows no figures and comes last")
    func noValidRow() {
        let lines = table([
            .sample(transport: "tcp", invalidReasons: ["lost"]), .sample(transport: "grpc", throughput: 5),
        ]).split(separator: "\n")
        #expect(lines[3].hasPrefix("-  grpc"))
        #expect(lines[4].hasPrefix("-  tcp             -       -       -"))
        #expect(lines[4].hasSuffix("0/1"))
    }

    @Test("ranks are shown with their ties, and with the noise below which nothing counts")
    func ranks() {
        var results: [ResultRow] = []
        for block in 1...7 {
            for (transport, rate) in [("tcp", 1000.0), ("grpc", 500), ("amqp", 501)] {
                results.append(.sample(transport: transport, block: block, throughput: rate + Double(block * 3)))
            }
            results.append(.sample(transport: "tcp", block: block, throughput: 1010 + Double(block), role: .control))
        }
        let lines = table(results).split(separator: "\n")
        #expect(lines[3].hasPrefix("     1  tcp"))
        #expect(lines[4].hasPrefix("2 to 3  amqp"))
        #expect(lines[5].hasPrefix("2 to 3  grpc"))
        #expect(lines[6].hasPrefix("noise: tcp against itself differs by 0."))
        #expect(lines[7].hasPrefix("nine of ten such runs find a difference of "))
        #expect(lines[8].hasPrefix("equal for sure: grpc and amqp (within 0.2%)"))
    }

    @Test("what the lab costs beside a bare loop is told where it was measured")
    func overhead() throws {
        var pairs: [ResultRow] = []
        for block in 1...7 {
            pairs.append(.sample(transport: "tcp", inFlight: 64, block: block, throughput: 990))
            var bare = ResultRow.sample(
                transport: "tcp", inFlight: 64, block: block, throughput: 1000, role: .bareLoop)
            bare.brokerCPUUsPerMessage = 2.25
            pairs.append(bare)
        }
        let overhead = Overhead.all(pairs, of: suite)
        #expect(overhead.map(\.rate.median) == [0.99])
        #expect(overhead.map(\.cpu.median) == [127.75 / 126.75])
        let text = ResultTable(suite: suite, rows: [], floor: "tcp", invalid: [], overhead: overhead).text
        #expect(
            text == """
                the lab itself, by a bare loop of sends over tcp, both processes on one core:
                  100 B, 64 in flight, closed loop: rate 0.990 (0.990 to 0.990), CPU 1.008 (1.008 to 1.008)


                """)
    }

    private func table(_ results: [ResultRow]) -> String {
        let rows = Summary(suite: suite, floor: "tcp").rows(of: results)
        return ResultTable(
            suite: suite, rows: rows, floor: "tcp", invalid: results.filter { !$0.isValid },
            comparisons: { Summary(suite: suite, floor: "tcp").comparisons(at: $0, of: results) }
        ).text
    }
}
