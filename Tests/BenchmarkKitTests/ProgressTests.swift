import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("Progress")
struct ProgressTests {
    private let suite = BenchmarkResults.Suite(
        name: "s", transports: ["tcp", "grpc", "amqp"], payloadBytes: [100, 10240], inFlight: [1, 64], rounds: 3,
        seed: 5)

    @Test("the progress line says what runs and how long it will take")
    func progress() {
        let planned = ResultRow.sample().planned
        #expect(
            ProgressText.measuring(planned, of: 20, secondsLeft: 40.2) == "[3/20, 41 s left] grpc, 100 B, 64 in flight")
        #expect(
            ProgressText.measuring(
                planned, of: 20, soFar: LiveFigures.SoFar(messagesPerSecond: 81_000.4, p99Us: 1209.6), secondsLeft: 40.2
            )
                == "[3/20, 41 s left] grpc, 100 B, 64 in flight: 81000 msgs/s, p99 1210 us so far")
        #expect(
            ProgressText.measured(.sample(), planned, of: 20, secondsLeft: 125)
                == "[3/20, 2 min 05 s left] grpc, 100 B, 64 in flight: 12346 msgs/s, p99 1234 us")
        let failed = ResultRow.sample(invalidReasons: ["nothing was sent"])
        #expect(
            ProgressText.measured(failed, planned, of: 3, secondsLeft: 0)
                == "[3/3] grpc, 100 B, 64 in flight: INVALID: nothing was sent")
    }

    @Test("after five rows that are not valid it is said what to do")
    func warning() {
        let rows = (1...5).map { number in
            ResultRow.sample(invalidReasons: [
                "audit: other processes used \(20 + number).0% of the cores' time, most by cc1"
            ])
        }
        #expect(
            ProgressText.warning(rows, of: 8)
                == "5 of the first 8 rows are not valid; quiet the machine: audit: other processes used 21.0 to 25.0% of the "
                + "cores' time, most by cc1")
    }

    @Test("the time left follows what cells really take")
    func timeLeft() {
        var left = TimeLeft(suite: suite)
        #expect(abs(left.seconds(cells: 10) - 10 * (1.7 + 0.4 + 0.08)) < 1e-9)
        left.add(4)
        left.add(2)
        #expect(left.seconds(cells: 10) == 30)
        #expect(left.seconds(cells: 10, elapsed: 1) == 29)
        #expect(left.seconds(cells: 1, elapsed: 99) == 0)
        #expect(left.seconds(cells: 10, underWay: 4, elapsed: 5) == 25)
        #expect(left.seconds(cells: 2, underWay: 4, elapsed: 5) == 1)
        #expect(left.seconds(cells: 0) == 0)
    }
}
