import Testing

@testable import BenchmarkResults

@Suite("The order of a suite")
struct PlanTests {
    private let suite = BenchmarkResults.Suite(
        name: "plan", transports: ["a", "b", "c"], payloadBytes: [10, 20], inFlight: [1, 64], rounds: 5, seed: 42)

    @Test("every round holds every cell once")
    func interleaved() {
        let rounds = suite.scheduled()
        #expect(rounds.count == 5)
        for round in rounds {
            #expect(Set(round.map(\.cell)) == Set(suite.cells))
            #expect(round.map(\.orderInBlock) == Array(1...16))
        }
        #expect(rounds.joined().map(\.number) == Array(1...80))
        #expect(rounds.map { Set($0.map(\.block)) } == (1...5).map { [$0] })
    }

    @Test("a suite that asks for it has pairs on one core, with and without a bare loop, under its closed loads")
    func overhead() throws {
        #expect(suite.overhead == nil)
        var other = suite
        other.bareLoop = true
        other.loads = [.open(ratePerSecond: 100), .closed]
        let overhead = try #require(other.overhead)
        #expect(overhead.placement == .oneCPU)
        #expect(overhead.overheadPairs.count == suite.points.count)
        #expect(overhead.overheadPairs.joined().allSatisfy { $0.transport == "a" && $0.load == .closed })
        let cells = overhead.scheduled(overhead.overheadPairs, after: 80).flatMap(\.self)
        #expect(cells.map(\.number) == Array(81..<(81 + cells.count)))
        // The two of a pair follow each other, in either order.
        let pairs = stride(from: 0, to: cells.count, by: 2).map { (cells[$0].cell, cells[$0 + 1].cell) }
        #expect(pairs.allSatisfy { $0.point == $1.point && Set([$0.role, $1.role]) == [.cell, .bareLoop] })
        #expect(Set(pairs.map(\.0.role)).count == 2)
        other.rounds = 4
        #expect(other.overhead == nil)
        other.rounds = 5
        other.loads = [.open(ratePerSecond: 100)]
        #expect(other.overhead == nil)
    }

    @Test("every load has a control: one transport a second time")
    func control() {
        let controls = suite.cells.filter { $0.role == .control }
        #expect(Set(controls.map(\.point)) == Set(suite.points))
        #expect(controls.allSatisfy { $0.transport == "a" })
        var other = suite
        other.control = "c"
        #expect(other.cells.filter { $0.role == .control }.allSatisfy { $0.transport == "c" })
        other.control = nil
        other.transports = ["a", "tcp"]
        #expect(other.controlTransport == "a")
        other.references = References(floor: "tcp")
        #expect(other.controlTransport == "tcp")
    }

    @Test("connections beyond the entries in flight make no cell")
    func connections() {
        var suite = suite
        suite.connections = [1, 4]
        #expect(suite.points.filter { $0.connections == 4 }.map(\.inFlight) == [64, 64])
    }

    @Test("rounds have different orders")
    func shuffled() {
        let orders = Set(suite.scheduled().map { $0.map(\.cell) })
        #expect(orders.count == 5)
    }

    @Test("the seed decides the order")
    func reproducible() {
        var other = suite
        other.seed = 43
        #expect(suite.scheduled() == suite.scheduled())
        #expect(suite.scheduled() != other.scheduled())
    }

    /// The first outputs for seed 1234567, from the reference implementation at prng.di.unimi.it/splitmix64.c.
    @Test("SplitMix64 gives the reference's numbers")
    func generator() {
        var generator = SplitMix64(seed: 1_234_567)
        let numbers = (0..<5).map { _ in generator.next() }
        let reference: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(numbers == reference)
    }
}

extension BenchmarkResults.Suite {
    /// All rounds of a suite that has a fixed number of them.
    func scheduled(_ groups: [[Cell]]? = nil, after count: Int = 0) -> [[PlannedCell]] {
        var schedule = RoundSchedule(suite: self, floor: transports[0], groups: groups, after: count)
        var rounds: [[PlannedCell]] = []
        while let round = schedule.next(after: [], seconds: 0) { rounds.append(round) }
        return rounds
    }
}
