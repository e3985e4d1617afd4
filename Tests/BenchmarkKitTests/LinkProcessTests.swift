import NetworkLink
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

/// The process that runs a link, played by a shell.
@Suite("The link's process", .timeLimit(.minutes(1)))
struct LinkProcessTests {
    private static let ends = """
        {"ready":true,"pid":1,"user":"/proc/1/ns/user","broker":"/proc/1/fd/5","logger":"/proc/1/fd/6",\
        "broker_address":"198.18.0.1","logger_address":"198.18.0.2","sockets":"00000",\
        "broker_sockets":"00001"}
        """
    private static let account = """
        {"elapsed_us":10,"cpu_us":1,"to_logger":{"packets":7,"bytes":1,"lost":0,"queue_drops":0,"device_drops":0},\
        "to_broker":{"packets":0,"bytes":0,"lost":0,"queue_drops":0,"device_drops":0}}
        """

    private func run(_ script: String, _ body: @escaping @Sendable (LinkProcess) async throws -> Void) async throws {
        try await LinkProcess.run(PartyCommand(executable: "/bin/sh", arguments: ["-c", script]), .root, body)
    }

    @Test("each order begins another account, and the one that has ended is told")
    func accounts() async throws {
        let script = """
            echo something else; echo '\(Self.ends)'
            while read -r order; do
                case $order in '{"seed":'*'}') echo '\(Self.account)' ;; *) exit 1 ;; esac
            done
            """
        try await run(script) { link in
            #expect(link.ends.loggerAddress == "198.18.0.2" && link.ends.logger == "/proc/1/fd/6")
            for seed in [1, .max] as [UInt64] {
                let account = try await link.turn(seed: seed)
                #expect(account.toLogger.packets == 7)
            }
        }
    }

    @Test("it is told to lose every packet, and to carry them again, which begins no account")
    func loseAll() async throws {
        let script = """
            echo '\(Self.ends)'
            for wanted in '{"lose_all":true}' '{"lose_all":false}' '{"seed":3}'; do
                read -r order; [ "$order" = "$wanted" ] || exit 1
            done
            echo '\(Self.account)'
            read -r order
            """
        try await run(script) { link in
            link.loseAll(true)
            link.loseAll(false)
            let account = try await link.turn(seed: 3)
            #expect(account.toLogger.packets == 7)
        }
    }

    @Test("one that does not carry packets, or ends in between, is told with its last words")
    func ended() async throws {
        let early = try await #require(throws: BenchmarkError.self) {
            try await run("echo 'Error: no such device' >&2; exit 69") { _ in }
        }
        #expect(early.message.hasPrefix("the link ended before it carried packets (exit code 69)."))
        #expect(early.message.hasSuffix("Error: no such device"))
        let late = try await #require(throws: BenchmarkError.self) {
            try await run("echo '\(Self.ends)'; read -r order; echo gone >&2; exit 1") { link in
                _ = try await link.turn(seed: 1)
            }
        }
        #expect(late.message.hasPrefix("the link ended in the middle of the benchmark (exit code 1)."))
        #expect(late.message.hasSuffix("gone"))
    }

    @Test("where none can be had, one sentence says why, for each way that was tried")
    func none() async throws {
        let link = PartyCommand(executable: "/bin/sh", arguments: ["-c", "echo 'Error: not permitted' >&2; exit 69"])
        let error = try await #require(throws: BenchmarkError.self) { try await LinkAccess.find(for: link) }
        #expect(
            error.message.hasPrefix(
                "no link can be made here; as this user: Error: not permitted; in a user namespace: "))
        #expect(!error.message.contains("\n"))
    }

    @Test("programs become what is started within an end, as root and in a user namespace")
    func commands() throws {
        let ends = try #require(JSONLine.value(LinkEnds.self, of: Self.ends))
        let program = PartyCommand(executable: "/x/logger", arguments: ["--http", "y"])
        let asRoot = LinkAccess.root.entering(.logger, of: ends, program)
        #expect(asRoot.executable.hasSuffix("/nsenter"))
        #expect(asRoot.arguments == ["--net=/proc/1/fd/6", "--", "/x/logger", "--http", "y"])
        let inUser = LinkAccess.userNamespace.entering(.broker, of: ends, program)
        #expect(
            inUser.arguments.starts(with: ["--user=/proc/1/ns/user", "--preserve-credentials", "--net=/proc/1/fd/5"]))
        #expect(LinkAccess.root.starting(program) == program)
        let started = LinkAccess.userNamespace.starting(program)
        #expect(started.executable.hasSuffix("/unshare"))
        #expect(started.arguments == ["--user", "--map-root-user", "--", "/x/logger", "--http", "y"])
    }

    @Test("a row of a link that was late, or whose devices dropped packets, is not valid; another limit for a long way")
    func audit() throws {
        func findings(_ network: String, lateness: Double, drops: UInt64 = 0) throws -> [String] {
            let cell = Cell(transport: "a", payloadBytes: 1, inFlight: 1, network: try Network(parsing: network))
            var row = ResultRow(
                runID: "", startedAt: "", planned: PlannedCell(cell: cell, block: 1, orderInBlock: 1, number: 1),
                mode: "", codec: "", peerVersion: nil, isEncrypted: false, acknowledgementClass: "recorded")
            row.linkLatenessP99Us = lateness
            row.linkDeviceDrops = drops
            return Audit().findings(row, meanLatencyShare: nil, halves: nil, halfSeconds: 1).map(\.text)
        }
        #expect(try findings("lan", lateness: 1000).isEmpty)
        #expect(try findings("lan", lateness: 1001) == ["audit: the link was 1001 us late at p99"])
        #expect(try findings("rtt_ms=100", lateness: 4900).isEmpty)
        #expect(try findings("rtt_ms=100", lateness: 5100).count == 1)
        #expect(
            try findings("lan", lateness: 1, drops: 3) == ["audit: the devices of the link had no room for 3 packets"])
        #expect(try findings("loopback", lateness: 9999).isEmpty)
    }
}
