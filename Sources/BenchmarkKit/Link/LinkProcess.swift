import BenchmarkResults
package import Broker
import NIOPosix
package import NetworkLink

/// A link between a broker and a logger, run by a process of its own.
package struct LinkProcess: Sendable {
    /// How long it may take until it carries packets.
    private static let readyLimit = Duration.seconds(10)
    /// How long it may take to say what it did.
    private static let accountLimit = Duration.seconds(5)

    /// How its ends are entered.
    package let ends: LinkEnds
    private let access: LinkAccess
    private let party: PartyProcess

    /// Starts a link, lends it to `body` when it carries packets, and stops it when `body` ends, however it ends.
    /// - Throws: what `body` throws; ``BenchmarkError`` with its last words when it does not carry packets; `CancellationError`.
    package static func run(
        _ command: PartyCommand, _ access: LinkAccess, _ body: @Sendable (LinkProcess) async throws -> Void
    ) async throws {
        let party = try await PartyProcess.start(access.starting(command), as: "the link")
        let result: Result<Void, any Error>
        do {
            let ends = try await ends(of: party)
            result = .success(try await body(LinkProcess(ends: ends, access: access, party: party)))
        } catch {
            result = .failure(error)
        }
        await party.stop()
        try result.get()
    }

    private static func ends(of party: PartyProcess) async throws -> LinkEnds {
        let ends = try? await BoundedTask.run(limit: readyLimit) { [lines = party.lines] () async -> LinkEnds? in
            for await line in lines {
                if let ends = JSONLine.value(LinkEnds.self, of: line), ends.ready { return ends }
            }
            return nil
        }
        if let ends { return ends }
        try Task.checkCancellation()
        throw BenchmarkError(await party.stop().sentence("the link ended before it carried packets"))
    }

    /// Its process id.
    var pid: Int32 { party.pid }

    /// The command that starts a program within an end.
    func entering(_ end: LinkAccess.End, _ program: PartyCommand) -> PartyCommand {
        access.entering(end, of: ends, program)
    }

    /// Begins another account, with loss and jitter from a seed.
    /// - Returns: the account that has ended, for one caller at a time.
    /// - Throws: ``BenchmarkError`` where the link does not say it; `CancellationError`.
    func turn(seed: UInt64) async throws -> LinkAccount {
        party.say(JSONLine.text(of: LinkOrder(seed: seed)))
        let account = try? await BoundedTask.run(limit: Self.accountLimit) {
            [lines = party.lines] () async -> LinkAccount? in
            for await line in lines {
                if let account = JSONLine.value(LinkAccount.self, of: line) { return account }
            }
            return nil
        }
        if let account { return account }
        try Task.checkCancellation()
        throw BenchmarkError(await party.stop().sentence("the link ended in the middle of the benchmark"))
    }

    /// Has it lose every packet that comes, both ways, or carry them again.
    func loseAll(_ isSo: Bool) {
        party.say(JSONLine.text(of: LinkOrder(losesAll: isSo)))
    }

    /// A connection within an end.
    /// - Returns: its descriptor, which the caller closes.
    func connect(to endpoint: Endpoint, in end: LinkAccess.End = .logger) async throws -> Int32 {
        guard case .tcp(let host, let port) = endpoint else {
            throw BenchmarkError("\(endpoint) is behind a link, where no Unix domain socket is reached")
        }
        // A thread that may wait, as the link may take a moment.
        return try await NIOThreadPool.singleton.runIfActive {
            [sockets = end == .logger ? ends.sockets : ends.brokerSockets] in
            try EndSockets.connect(to: host, port: port, through: sockets)
        }
    }

    /// Lends an end to a program that is asked from outside, too.
    /// - Throws: what `body` throws.
    package func lend<R: Sendable>(
        _ end: LinkAccess.End, to body: (CompanionPlace) async throws -> R
    ) async throws -> R {
        let address = end == .logger ? ends.loggerAddress : ends.brokerAddress
        let connect: @Sendable (Int) async throws -> Int32 = { port in
            try await self.connect(to: .tcp(host: address, port: port), in: end)
        }
        let doors = EndDoors()
        defer { doors.close() }
        return try await body(
            CompanionPlace(address: address, entrance: access.entrance(end, of: ends), connect: connect) { port in
                try await doors.open { try await connect(port) }
            })
    }
}
