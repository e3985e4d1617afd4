import Broker
import HTTP2
import NIOCore
import Synchronization

@testable import GRPCTransport
@testable import TransportIO

/// A client engine and a server engine joined memory to memory.
final class EnginePair {
    let client: GRPCClientEngine
    let server: GRPCServerEngine
    let recorder: RecordingRecorder
    let intake: EntryIntake
    var toServer = ByteBuffer()
    var toClient = ByteBuffer()
    var completions = Completions()
    private let clock = ManualClock()
    private var clientIsDue = false
    private var serverIsDue = false

    init(
        limits: EntryLimits = EntryLimits(), serverSettings: HTTP2Session.Settings = .server,
        clientSettings: HTTP2Session.Settings = .client, maxInFlight: Int = 1024,
        mode: GRPCClientEngine.Mode = .unary, services: [GRPCService] = []
    ) {
        let recorder = RecordingRecorder()
        self.recorder = recorder
        client = GRPCClientEngine(
            authority: "logger:50001", maxInFlight: maxInFlight, limits: EntryLimits(), settings: clientSettings,
            mode: mode)
        server = GRPCServerEngine(limits: limits, settings: serverSettings, services: services)
        intake = EntryIntake(
            recorder: recorder,
            makeReply: { ticket in
                recorder.asked(ticket)
                return EntryReply { _ in }
            })
        client.attach(to: clock.loop { [unowned self] in self.clientIsDue = true })
        server.attach(to: clock.loop { [unowned self] in self.serverIsDue = true })
        client.open(into: &toServer)
        server.open(into: &toClient)
    }

    /// Lets time pass on both sides.
    func advance(by amount: TimeAmount, step: Int = .max) throws {
        clock.now = clock.now + amount
        (clientIsDue, serverIsDue) = (true, true)
        try exchange(step: step)
    }

    /// Lets time pass on the server's side; what it says is not carried.
    func advanceServer(by amount: TimeAmount) throws {
        clock.now = clock.now + amount
        try server.proceed(into: &toClient, intake: intake)
    }

    private func proceed() throws {
        if clientIsDue {
            clientIsDue = false
            try client.proceed(into: &toServer, completions: &completions)
        }
        if serverIsDue {
            serverIsDue = false
            try server.proceed(into: &toClient, intake: intake)
        }
    }

    /// Carries bytes both ways until both sides have nothing more to say, at most `step` bytes at a time.
    func exchange(step: Int = .max) throws {
        client.flush(into: &toServer)
        try proceed()
        while toServer.readableBytes > 0 || toClient.readableBytes > 0 {
            if var part = toServer.readSlice(length: min(step, toServer.readableBytes)), part.readableBytes > 0 {
                try server.receive(&part, into: &toClient, intake: intake)
            }
            if var part = toClient.readSlice(length: min(step, toClient.readableBytes)), part.readableBytes > 0 {
                try client.receive(&part, into: &toServer, completions: &completions)
            }
            if server.isPaused {
                var none = ByteBuffer()
                try server.receive(&none, into: &toClient, intake: intake)
            }
            try proceed()
        }
    }

    /// Sends an entry and returns its fate, which has to be known when everything has been carried.
    func send(_ entry: LogEntry, ticket: Int = 0, step: Int = .max) throws -> [Fate] {
        try client.send(entry, ticket: ticket, into: &toServer)
        try exchange(step: step)
        return takeFates()
    }

    func takeFates() -> [Fate] {
        defer { completions.removeAll() }
        return completions.list.map { Fate(ticket: $0.ticket, failure: $0.failure) }
    }
}

/// A clock that stands still unless it is told otherwise.
final class ManualClock {
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// A loop of this clock; what is wanted at once is told, what is wanted later comes when time is let pass.
    func loop(_ wanted: @escaping () -> Void) -> EngineLoop {
        EngineLoop(clock: { self.now }, wakeUp: { if $0 == nil { wanted() } })
    }
}

/// What became of one entry.
struct Fate: Equatable {
    var ticket: Int
    var failure: TransportError?
}

/// Keeps what it is given.
final class RecordingRecorder: EntryRecorder {
    private struct State {
        var entries: [LogEntry] = []
        var undecodable = 0
        var tickets: [UInt64] = []
        var result = RecordResult.recorded
    }

    private let state = Mutex(State())

    var entries: [LogEntry] { state.withLock { $0.entries } }
    var undecodable: Int { state.withLock { $0.undecodable } }
    /// The tickets of the entries whose fate is to be told later.
    var tickets: [UInt64] { state.withLock { $0.tickets } }
    /// What every entry is answered with.
    var result: RecordResult {
        get { state.withLock { $0.result } }
        set { state.withLock { $0.result = newValue } }
    }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        let copy = entry.copy()
        state.withLock { $0.entries.append(copy) }
        let result = result
        if result == .later { _ = reply() }
        return result
    }

    func countUndecodable() {
        state.withLock { $0.undecodable += 1 }
    }

    func asked(_ ticket: UInt64) {
        state.withLock { $0.tickets.append(ticket) }
    }
}

/// A generator of reproducible random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
