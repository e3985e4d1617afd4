import ArgumentParser
import BenchmarkResults
import Broker
import Glibc
import Terminal

/// The command `brokerlab send`.
struct SendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Sends log entries and waits for their acknowledgements.",
        discussion: """
            Without --data and --payload-bytes it reads entries from standard input, one a line; with --run, the first line \
            has the sequence number 0. Exits 0 when every entry was acknowledged. Interrupted, it prints what became of the \
            entries so far, and exits 130.

            EXAMPLES
              brokerlab send --transport http --to 127.0.0.1:8080 --name login --data "user 7"
              brokerlab send --transport netrpc --to 127.0.0.1:5001 --name load --payload-bytes 100 --count 100000 --in-flight 64
              brokerlab send --transport grpc --to 127.0.0.1:50001 --payload-bytes 100 --in-flight 64 --duration 5 --json
              brokerlab send --transport grpc --to 127.0.0.1:50001 --payload-bytes 1000 --rate 3000 --connections 4 --duration 10
              brokerlab send --transport grpc --to localhost:50001 --tls-ca ca.pem --name login --data "user 7"
              brokerlab send --transport grpc --to unix:@logger --name login --data "user 7"
              brokerlab send --transport amqp --to 'amqps://guest:guest@localhost:5671?cacertfile=ca.pem' --name login --data "user 7"
              tail -n 100 app.log | brokerlab send --transport grpc --to 127.0.0.1:50001 --name app
            """)

    @OptionGroup var destination: DestinationOptions

    @Option(help: ArgumentHelp("What the entries are about.", valueName: "text"))
    var name = "brokerlab"

    @Option(help: ArgumentHelp("The entries' text.", valueName: "text"))
    var data: String?

    @Option(help: ArgumentHelp("Send a text of so many random letters and digits instead.", valueName: "bytes"))
    var payloadBytes: Int?

    @Option(
        help: ArgumentHelp(
            "How many entries to send: 1, or all lines of standard input, unless told otherwise.", valueName: "n"))
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "How many entries may be unacknowledged at once, over all connections. (default: 1 a connection, with --rate 64)",
            valueName: "n"))
    var inFlight: Int?

    @Option(
        help: ArgumentHelp(
            "Send so many entries a second, at even intervals, whether or not earlier ones were answered, and measure rate and "
                + "latency: from when each was to be sent.", valueName: "per-second"))
    var rate: Double?

    @Option(help: ArgumentHelp("Over how many connections to send.", valueName: "n"))
    var connections = 1

    @Option(
        help: ArgumentHelp(
            "Send for so many seconds instead of a number of entries, and measure rate and latency.",
            valueName: "seconds"))
    var duration: Double?

    @Option(help: ArgumentHelp("With --duration: send for so many seconds before.", valueName: "seconds"))
    var warmup = 0.0

    @Option(help: ArgumentHelp("info, warning or error.", valueName: "level"))
    var severity = "info"

    @Option(help: ArgumentHelp("Count the entries under this run id; see GET /runs/{id}.", valueName: "id"))
    var run: String?

    @Flag(help: "Print the outcome as one line of JSON.")
    var json = false

    func validate() throws {
        guard count.map({ $0 >= 1 }) ?? true else { throw ValidationError("--count takes a number from 1 on.") }
        guard (1...65_536).contains(inFlight ?? 1) else { throw ValidationError("--in-flight takes 1 to 65536.") }
        guard (1...SuiteRules.mostConnections).contains(connections) else {
            throw ValidationError(
                "--connections takes 1 to \(SuiteRules.mostConnections): each takes a file descriptor and a source port."
            )
        }
        guard inFlight.map({ $0 >= connections }) ?? true else {
            throw ValidationError(
                "--connections \(connections) needs as many in flight: give --in-flight \(connections), or more.")
        }
        guard rate.map({ (0.1...10_000_000).contains($0) }) ?? true else {
            throw ValidationError("--rate takes 0.1 to 10000000 entries a second.")
        }
        guard duration == nil || count == nil else { throw ValidationError("Give --count or --duration, not both.") }
        guard duration.map({ $0 > 0 && $0 <= 3600 }) ?? true, (0...3600).contains(warmup) else {
            throw ValidationError("--duration takes more than 0 and at most 3600 seconds, --warmup 0 to 3600.")
        }
        guard data == nil || payloadBytes == nil else {
            throw ValidationError("Give --data or --payload-bytes, not both.")
        }
        let mostBytes = EntryLimits().maxEntryBytes
        guard payloadBytes.map({ (0...mostBytes).contains($0) }) ?? true else {
            throw ValidationError("--payload-bytes takes 0 to \(mostBytes), the largest entry.")
        }
        guard Severity(name: severity) != nil else { throw ValidationError("--severity takes info, warning or error.") }
        guard run?.isEmpty != true else { throw ValidationError("--run takes a text that is not empty.") }
    }

    func run() async throws {
        let text = data ?? payloadBytes.map(SampleText.make)
        let most = count.map(UInt64.init)
        let template = EntrySource.Template(name: name, severity: Severity(name: severity) ?? .info, run: run)
        let source =
            text.map { EntrySource(template, text: $0, count: most ?? (duration == nil ? 1 : .max)) }
            ?? EntrySource(template, lines: LineReader(), count: most ?? .max)
        let plan = SendJob.Plan(
            inFlight: inFlight ?? connections * (rate == nil ? 1 : 64), connections: connections, rate: rate,
            window: duration.map { SendWindow(warmup: warmup, duration: $0) })
        let job = SendJob(source: source, plan)
        let client = try destination.client(maxInFlight: plan.inFlight(on: 0))
        // A pool that was not told how much to have in flight opens what it needs of that.
        try destination.makeRoom(for: (0..<connections).map { inFlight == nil ? 1 : plan.inFlight(on: $0) })
        let ending = try await Interruptible.run(grace: Self.grace) { try await job.run(over: client) }
        var outcome: SendOutcome
        switch ending {
        case .finished(let result), .interrupted(let result?): outcome = result
        case .interrupted(nil):
            outcome = await job.outcomeSoFar()
            outcome.giveUp()
        }
        outcome.remarks = try destination.remarks
        let remarks = job.remarks
        try outcome.print(asJSON: json, remarks)
        if case .interrupted = ending { throw Interruptible.exitCode }
        if outcome.failed > 0 { throw ExitCode.failure }
        if remarks?.failure != nil { throw ExitCode(EX_IOERR) }
    }

    /// How long what is in flight may take to be answered after an interruption.
    private static let grace = Duration.seconds(1)
}
