import Foundation
import Testing

@testable import BenchmarkResults

private let standard = ["tcp", "netrpc", "grpc", "http", "amqp"]
private let known = TransportChoice(known: standard + ["grpc:stream", "amqp:reply"], standard: standard)
private let clusters = TransportChoice(
    known: known.known + ["http:http2", "amqp:quorum", "amqp:cluster", "amqp:quorum-cluster"]
        + ["transient", "4-channels", "ack-batch", "ack-batch-1024", "prefetch-32", "prefetch-2048", "classic-v1"].map {
            "amqp:\($0)"
        }, standard: standard,
    killable: ["amqp"])
private let withStream = TransportChoice(known: known.known, standard: known.known)

@Suite("Suites")
struct SuiteTests {
    @Test("the built-in suites keep their promises of time, with RabbitMQ's start and stop")
    func builtInTimes() throws {
        let quick = try #require(try BenchmarkResults.Suite.builtIn(named: "quick", transports: withStream))
        #expect(quick.estimatedSeconds + 14 + 2 < 30)
        #expect(quick.cells.count == 8 && quick.rounds == 7)
        let standard = try #require(try BenchmarkResults.Suite.builtIn(named: "default", transports: withStream))
        #expect(standard.estimatedSeconds + 14 + 2 < 180)
        #expect(standard.cells.count == 32)
        #expect(standard.rounds == 6 && standard.timeBudget == 125)
        let long = try #require(try BenchmarkResults.Suite.builtIn(named: "long", transports: clusters))
        #expect((540..<600).contains(long.estimatedSeconds + 14 + 2))
        #expect(long.duration == 30 && long.timelineMs == 100)
    }

    @Test("every built-in suite is valid", arguments: BenchmarkResults.Suite.builtInNames)
    func builtInIsValid(name: String) throws {
        let suite = try #require(try BenchmarkResults.Suite.builtIn(named: name, transports: clusters))
        #expect(try suite.validated(transports: clusters) == suite)
    }

    @Test("a file sets every value")
    func file() throws {
        let text = """
            name: sweep
            transports: [tcp, grpc:stream]
            payload_bytes: [64, 1024]
            payload: {lines: os-release}
            in_flight: 16
            connections: [1, 4]
            rate_per_s: [5000, 10000, saturation]
            arrivals: poisson
            spin_us: 40
            decomposition: false
            bare_loop: true
            baseline: tcp
            control: grpc:stream
            timeline_ms: 12.5
            p99_limit_us: 500
            min_msgs_per_s: 10
            max_ack_p99_us: 20
            placement: one-cpu
            logger_loops: 3
            rounds: 2
            duration_s: 0.5
            warmup_s: 0
            slice_ms: 0
            seed: 18446744073709551615
            """
        let suite = try SuiteFile(path: "/etc/sweep.yaml", text: text).suite(transports: known)
        var expected = BenchmarkResults.Suite(
            name: "sweep", transports: ["tcp", "grpc:stream"], payloadBytes: [64, 1024], inFlight: [16],
            placement: .oneCPU, rounds: 2, duration: 0.5, warmup: 0, seed: .max)
        expected.payload = .lines(path: "/etc/os-release")
        expected.connections = [1, 4]
        expected.loads = [5000, 10_000].map { .open(ratePerSecond: $0, arrivals: .poisson) } + [.closed]
        expected.spinUs = 40
        expected.decomposition = false
        expected.bareLoop = true
        expected.baseline = "tcp"
        expected.control = "grpc:stream"
        expected.timelineMs = 12.5
        expected.sliceMs = 0
        expected.loggerLoops = 3
        expected.p99LimitUs = 500
        expected.thresholds.minThroughput = 10
        expected.thresholds.maxAckP99Us = 20
        #expect(suite == expected)
    }

    @Test("what a file leaves out is as in the default suite, and its name is the file's")
    func fileDefaults() throws {
        let suite = try SuiteFile(path: "a/b/large.yaml", text: "payload_bytes: 1048576").suite(transports: known)
        #expect(suite.name == "large")
        #expect(suite.transports == standard)
        #expect(suite.inFlight == [1, 64])
        #expect(suite.rounds == 7)
    }

    @Test(
        "a malformed file gives one line with file, line, what is wrong and what is allowed",
        arguments: [
            ("rounds: 3\nsize: 100", "s.yaml:2: unknown key 'size'; allowed: name, transports, payload_bytes"),
            ("transports: [tcp, carrier]", "s.yaml:1: transports: unknown transport 'carrier'; allowed: tcp, netrpc"),
            (
                "transports: grpc:lines",
                "transports: unknown transport 'grpc:lines'; allowed: tcp, netrpc"
            ),
            ("transports: []", "s.yaml:1: transports: no transport; allowed: tcp"),
            ("name: x\nin_flight: [1, 0]", "s.yaml:2: in_flight: 0 is out of range; allowed: 1 to 10000"),
            ("in_flight: [1, 1]", "s.yaml:1: in_flight: 1 is given twice"),
            ("rounds: many", "s.yaml:1: rounds: 'many' is not a whole number"),
            ("rounds: 010", "s.yaml:1: rounds: '010' is not a whole number in decimal digits"),
            ("rounds: 0x10", "s.yaml:1: rounds: '0x10' is not a whole number in decimal digits"),
            ("in_flight: [1, 1:30]", "s.yaml:1: in_flight: '1:30' is not a whole number in decimal digits"),
            ("payload_bytes: 1_000", "s.yaml:1: payload_bytes: '1_000' is not a whole number in decimal digits"),
            ("rounds: 99999999999999999999", "s.yaml:1: rounds: '99999999999999999999' is not a whole number"),
            ("duration_s: 01.5", "s.yaml:1: duration_s: '01.5' is not a number"),
            ("rate_per_s: 1:30", "s.yaml:1: rate_per_s: '1:30' is not a number"),
            ("rate_per_s: 1e999", "s.yaml:1: rate_per_s: '1e999' is not a number"),
            ("seed: 007", "s.yaml:1: seed: '007' is not a whole number from 0 to"),
            ("rounds: [1]", "s.yaml:1: rounds: a list is not a whole number"),
            ("duration_s: .nan", "s.yaml:1: duration_s: '.nan' is not a number"),
            ("duration_s: -1", "s.yaml:1: duration_s: -1.0 is out of range; allowed: 0.05 to 3600.0"),
            ("timeline_ms: 9", "s.yaml:1: timeline_ms: 9.0 is out of range; allowed: 0, or 10.0 to 60000.0"),
            ("timeline_ms: -1", "s.yaml:1: timeline_ms: -1.0 is out of range; allowed: 0.0 to 60000.0"),
            (
                "duration_s: 3600\ntimeline_ms: 99.9",
                "s.yaml:2: timeline_ms: 3600 s in bins of 99.9 ms are more than 36000 bins; take wider ones"
            ),
            ("slice_ms: 4", "s.yaml:1: slice_ms: 4.0 is out of range; allowed: 0, or 5.0 to 10000.0"),
            ("duration_s: 0.1\nslice_ms: 101", "s.yaml:2: slice_ms: a slice of 101 ms is longer than duration_s"),
            (
                "timeline_ms: 100\nslice_ms: 10",
                "s.yaml:2: slice_ms: what is told over time is of cells in one piece; leave out timeline_ms"
            ),
            (
                "duration_s: 1001\nslice_ms: 10",
                "s.yaml:2: slice_ms: 1001 s in slices of 10.0 ms are more than 100000 slices; take wider ones"
            ),
            ("axes: each\nslice_ms: 10", "on cores that are chosen for them; leave out axes: each"),
            ("store: [memory, sqlite]\nslice_ms: 10", "chosen for them; leave out store"),
            ("churn: [0, 100]\nslice_ms: 10", "chosen for them; leave out churn"),
            ("placement: free\nslice_ms: 10", "chosen for them; leave out placement: free"),
            ("rate_per_s: 0", "s.yaml:1: rate_per_s: 0.0 is out of range"),
            ("rate_per_s: fast", "s.yaml:1: rate_per_s: 'fast' is not a number or 'saturation'"),
            ("rate_per_s: [1, saturation, saturation]", "s.yaml:1: rate_per_s: 'saturation' is given twice"),
            ("rate_per_s: []", "s.yaml:1: rate_per_s: no value"),
            ("rounds: 1\narrivals: poisson", "s.yaml:2: arrivals: a closed load has no schedule; add rate_per_s"),
            ("spin_us: 10", "s.yaml:1: spin_us: a closed load has no schedule; add rate_per_s"),
            ("spin_us: -1\nrate_per_s: 1", "s.yaml:1: spin_us: -1.0 is out of range; allowed: 0.0 to 10000.0"),
            ("min_msgs_per_s: -5", "s.yaml:1: min_msgs_per_s: -5.0 is out of range"),
            ("max_ack_p99_us: 0", "s.yaml:1: max_ack_p99_us: 0.0 is out of range; allowed: 1.0 to"),
            (
                "in_flight: [1, 4]\nconnections: [1, 8]",
                "s.yaml:2: connections: 8 connections need as many in flight; in_flight has 4 at most"
            ),
            (
                "in_flight: [1, 4]\nconnections: 2",
                "s.yaml:1: in_flight: 1 cannot be shared by 2 connections; allowed: 2 or more"
            ),
            ("payload:\n  lines: /nowhere.log", "s.yaml:2: payload: cannot read the log lines in '/nowhere.log'"),
            ("connections: 10001", "s.yaml:1: connections: 10001 is out of range; allowed: 1 to 10000"),
            ("in_flight: 64\nconnections: 3", "s.yaml:2: connections: 3 connections cannot share 64 in flight evenly"),
            ("in_flight: 10\nmessages_per_operation: 4", "10 in flight on a connection are not whole operations of 4"),
            ("messages_per_operation: 4\nin_flight: 4\nrate_per_s: 1", "operations need a closed load"),
            ("baseline: grpc:stream", "s.yaml:1: baseline: 'grpc:stream' is not measured; allowed: tcp"),
            ("arrivals: bursts", "s.yaml:1: arrivals: 'bursts' is not constant or poisson"),
            ("payload: {file: x}", "s.yaml:1: payload: a mapping is not random or 'lines: FILE'"),
            ("placement: everywhere", "s.yaml:1: placement: 'everywhere' is not free or split or one-cpu"),
            ("seed: -1", "s.yaml:1: seed: '-1' is not a whole number from 0 to"),
            ("name: ../x", "s.yaml:1: name: '../x' cannot name a folder"),
            ("payload_bytes: [1, 99999999]", "s.yaml:1: payload_bytes: 99999999 is out of range"),
            ("rounds: 1\nrounds: 2", "key given twice: rounds"),
            ("rounds: [1", "s.yaml:"),
            ("a\n\tb: [", "s.yaml:"),
            ("just a text", "s.yaml:1: not a suite; write one 'key: value' a line, keys: name"),
            ("", "s.yaml: not a suite"),
        ])
    func malformedFile(text: String, message: String) throws {
        let error = try #require(throws: SuiteError.self) {
            try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
        }
        #expect(error.description.contains(message), "\(error)")
        #expect(!error.description.contains("\n"))
    }

    @Test("a name that is neither built in nor a file is told what there is")
    func unknownSuite() throws {
        let error = try #require(throws: SuiteError.self) {
            try BenchmarkResults.Suite.load("qick", transports: known)
        }
        #expect(
            error.description
                == "qick: no such file; --suite takes quick, default, ci, payload-sweep, concurrency-sweep, rate-sweep, "
                + "codec-matrix, many-small-locks, stored, long, rabbitmq-cluster, amqp-tuning, network-sweep, tls, "
                + "connections, cold, churn, loss, faults, retries, overload, through, growth, peers or the path of a YAML file"
        )
    }

    @Test("the same entries in flight on more and more connections are a sweep")
    func connections() throws {
        let suite = try BenchmarkResults.Suite.load(
            "connections",
            transports: TransportChoice(
                known: ["tcp", "netrpc", "grpc", "http", "http:http2", "amqp"], standard: ["tcp"],
                references: References()))
        let sweep = try #require(Sweep.all(of: suite).first)
        #expect(Sweep.all(of: suite).count == 1 && sweep.axis == .connections)
        #expect(sweep.points.map(\.connections) == [1, 10, 100, 1000])
        #expect(sweep.constants == "100 B, 1000 in flight, closed loop")
        #expect(sweep.axis.text(1000) == "1,000 connections")
    }

    @Test("flags take the place of the suite's values")
    func overrides() throws {
        var overrides = SuiteOverrides()
        overrides["transports"] = .texts(["http"])
        overrides["rate_per_s"] = .rates([100])
        overrides["seed"] = .seed(7)
        let suite = try BenchmarkResults.Suite.load("quick", transports: known).applying(overrides, transports: known)
        #expect(suite.transports == ["http"])
        #expect(suite.loads == [.open(ratePerSecond: 100)])
        #expect(suite.seed == 7)
        #expect(suite.payloadBytes == [100])
    }

    @Test("a nonsense flag is named as it was typed")
    func badOverride() throws {
        var overrides = SuiteOverrides()
        overrides["payload_bytes"] = .integers([0])
        let error = try #require(throws: SuiteError.self) {
            try BenchmarkResults.Suite.load("quick", transports: known).applying(overrides, transports: known)
        }
        #expect(error.description == "--payload-bytes: 0 is out of range; allowed: 1 to 16777211")
    }

    @Test("arrivals given as a flag spread the suite's rates, and need some")
    func arrivals() throws {
        var overrides = SuiteOverrides()
        overrides["arrivals"] = .text("constant")
        let sweep = try BenchmarkResults.Suite.load("rate-sweep", transports: known).applying(
            overrides, transports: known)
        #expect(sweep.loads.compactMap(\.arrivals).allSatisfy { $0 == .constant })
        #expect(sweep.loads.contains(.closed))
        let error = try #require(throws: SuiteError.self) {
            try BenchmarkResults.Suite.load("quick", transports: known).applying(overrides, transports: known)
        }
        #expect(error.description == "--arrivals: a closed load has no schedule; add --rate")
        overrides["arrivals"] = nil
        overrides["spin_us"] = .number(100)
        let other = try #require(throws: SuiteError.self) {
            try BenchmarkResults.Suite.load("quick", transports: known).applying(overrides, transports: known)
        }
        #expect(other.description == "--spin-us: a closed load has no schedule; add --rate")
    }
}
