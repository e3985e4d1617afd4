import ArgumentParser
import BenchmarkKit
import Broker
import Glibc
import LoggerService
import NIOCore
import TransportIO

/// Where a logger gives its account, its clock and what it uses to a lab on another host.
struct ControlOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Give 'bench --control' on another host the account of runs, the clock, CPU time and memory at this address: HOST:PORT, of "
                + "which port 0 picks a free one, unix:/PATH or unix:@NAME. Beyond loopback only with --control-token-file.",
            valueName: "addr"))
    var control: String?

    @Option(
        help: ArgumentHelp(
            "At the address of --control, take only requests that show the token in this file. 1 to 4096 visible ASCII characters.",
            valueName: "file"))
    var controlTokenFile: String?

    @Option(
        name: .customLong("clock-offset"),
        help: ArgumentHelp(
            "For tests: set the logger's clock ahead by this, as 3ms; behind, as -3ms.", valueName: "time",
            visibility: .hidden))
    var clockAhead = ClockShift(nanoseconds: 0)

    func validate() throws {
        guard let control else {
            guard controlTokenFile == nil else {
                throw ValidationError("--control-token-file is for the address of --control: give that, too.")
            }
            return
        }
        let endpoint = try Endpoint(listeningAt: control)
        guard controlTokenFile != nil || Self.isOnThisMachine(endpoint) else {
            throw ValidationError(
                "--control \(control) can be reached from other machines, and who may ask there may also announce runs: make a token with "
                    + "'openssl rand -hex 32 >FILE' and give --control-token-file FILE, here and to bench.")
        }
    }

    /// Whether nobody elsewhere can connect to it; a name may mean any address.
    private static func isOnThisMachine(_ endpoint: Endpoint) -> Bool {
        guard let host = endpoint.host else { return true }
        return host == "localhost" || (try? SocketAddress(ipAddress: host, port: 0))?.isLoopback ?? false
    }

    /// Runs `body`, and answers meanwhile where an address was given.
    /// - Parameter bound: told where; what it throws ends it.
    func serve<R: Sendable>(
        _ api: ControlAPI, bound: (ServerAddress) throws -> Void, _ body: () async throws -> R
    ) async throws -> R {
        guard let control else { return try await body() }
        let token = try controlTokenFile.map { try TokenFile.read($0, of: "--control-token-file") }
        let server = try SideServer("--control", at: control, token: token, answer: api.respond)
        return try await server.run(bound: bound, body)
    }

    /// What the process says of itself.
    static var process: ProcessAPI {
        ProcessAPI(
            name: "swift", version: BrokerLab.configuration.version,
            meters: ProcessAPI.Meters(
                cpu: { ProcessCPU.own.used }, memory: { ResidentMemory.bytes(of: getpid()) },
                beginPeak: { PeakMemory(startingNowFor: getpid()) != nil }, peak: { PeakMemory.bytes(of: getpid()) }))
    }
}

/// How far a clock is set wrong: `3ms`, `-1s`.
struct ClockShift: ExpressibleByArgument {
    var nanoseconds: Int64

    init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    init?(argument: String) {
        let isBehind = argument.hasPrefix("-")
        guard let span = TimeSpan(argument: isBehind ? String(argument.dropFirst()) : argument) else { return nil }
        nanoseconds = Int64(span.seconds * 1e9) * (isBehind ? -1 : 1)
    }
}
