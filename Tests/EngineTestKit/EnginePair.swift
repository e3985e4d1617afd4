package import Broker
package import NIOCore
package import TransportIO

/// A client engine and a server engine joined memory to memory.
package final class EnginePair<Client: ClientEngine, Server: ServerEngine> {
    package var client: Client
    package var server: Server
    package let recorder: RecordingRecorder
    /// Everything that the client has said so far.
    package private(set) var toServer: [UInt8] = []
    /// Everything that the server has said so far.
    package private(set) var toClient: [UInt8] = []
    /// The server's tickets of the entries whose result was `later`, oldest first.
    package var tickets: [UInt64] { asked.tickets }

    /// What the client has said that was not carried.
    package var fromClient = ByteBuffer()
    /// What the server has said that was not carried.
    package var fromServer = ByteBuffer()
    /// What the client has learned of entries that was not taken.
    package var completions = Completions()
    package let intake: EntryIntake

    private let asked = Asked()
    private let clock = ManualClock()
    private var clientIsDue = false
    private var serverIsDue = false
    private var clientInput = ByteBuffer()
    private var serverInput = ByteBuffer()

    package init(_ client: Client, _ server: Server, recorder: RecordingRecorder = RecordingRecorder()) {
        self.client = client
        self.server = server
        self.recorder = recorder
        intake = EntryIntake(
            recorder: recorder,
            makeReply: { [asked] ticket in
                asked.tickets.append(ticket)
                return EntryReply { _ in }
            })
        self.client.attach(to: clock.loop { [unowned self] in clientIsDue = true })
        self.server.attach(to: clock.loop { [unowned self] in serverIsDue = true })
        self.client.open(into: &fromClient)
        self.server.open(into: &fromServer)
    }

    /// Has the client say an entry; nothing is carried yet.
    package func send(_ entry: LogEntry, ticket: Int) throws(TransportError) {
        try client.send(entry, ticket: ticket, into: &fromClient)
    }

    /// Lets time pass on both sides.
    package func advance(by amount: TimeAmount, step: Int = .max) throws(ProtocolError) {
        clock.now = clock.now + amount
        (clientIsDue, serverIsDue) = (true, true)
        try exchange(step: step)
    }

    /// Lets time pass on the server's side; what it says is not carried.
    package func advanceServer(by amount: TimeAmount) throws(ProtocolError) {
        clock.now = clock.now + amount
        try server.proceed(into: &fromServer, intake: intake)
    }

    private func proceed() throws(ProtocolError) {
        if clientIsDue || client.hasLeftOff {
            clientIsDue = false
            try client.proceed(into: &fromClient, completions: &completions)
        }
        if serverIsDue {
            serverIsDue = false
            try server.proceed(into: &fromServer, intake: intake)
        }
    }

    /// Carries bytes both ways until nobody has anything more to say, at most `step` bytes at a time.
    package func exchange(step: Int = .max) throws(ProtocolError) {
        client.flush(into: &fromClient)
        try proceed()
        while fromClient.readableBytes > 0 || fromServer.readableBytes > 0 || server.isPaused || client.hasLeftOff {
            if let part = server.isPaused ? [] : fromClient.readPart(step) {
                toServer += part
                serverInput.writeBytes(part)
                try server.receive(&serverInput, into: &fromServer, intake: intake)
            }
            if let part = fromServer.readPart(step) {
                toClient += part
                clientInput.writeBytes(part)
                try client.receive(&clientInput, into: &fromClient, completions: &completions)
            }
            try proceed()
        }
    }

    /// Tells the server the fate of an entry whose result was `later`, as its socket would.
    package func complete(_ ticket: UInt64, _ result: RecordResult) throws(ProtocolError) {
        server.complete(ticket, result, into: &fromServer)
        guard serverInput.readableBytes > 0 else { return }
        try server.receive(&serverInput, into: &fromServer, intake: intake)
    }

    /// What became of the entries since the last call.
    package func takeFates() -> [Fate] {
        defer { completions.removeAll() }
        return completions.fates
    }

    /// Sends an entry, carries everything and returns what became of it.
    package func roundTrip(_ entry: LogEntry, ticket: Int = 0, step: Int = .max) throws -> [Fate] {
        try send(entry, ticket: ticket)
        try exchange(step: step)
        return takeFates()
    }
}

extension EnginePair {
    /// Gives fresh engines what was said so far, in parts of each length: those lengths at which one makes anything else of it
    /// than that `entries` are recorded and acknowledged, and answers otherwise.
    package func splitsThatMatter(
        _ entries: [LogEntry], client makeClient: () -> Client, server makeServer: () -> Server
    ) -> (ofClient: [Int], ofServer: [Int]) {
        let acknowledged = ClientOutcome(fates: entries.indices.map { Fate(ticket: $0) })
        let ofClient = (1..<toClient.count).filter { step in
            var client = makeClient()
            return client.feed(toClient, sends: entries.count, step: step) != acknowledged
        }
        let ofServer = (1..<toServer.count).filter { step in
            var server = makeServer()
            let outcome = server.feed(toServer, step: step)
            return outcome.entries != entries || outcome.said != toClient || !outcome.isIdle
        }
        return (ofClient, ofServer)
    }
}

private final class Asked {
    var tickets: [UInt64] = []
}

/// What became of one entry.
package struct Fate: Equatable {
    package var ticket: Int
    package var failure: TransportError?

    package init(ticket: Int, failure: TransportError? = nil) {
        self.ticket = ticket
        self.failure = failure
    }

    package static func rejected(_ ticket: Int, _ message: String) -> Fate {
        Fate(ticket: ticket, failure: TransportError(.rejected, message))
    }
}

extension Completions {
    package var fates: [Fate] { list.map { Fate(ticket: $0.ticket, failure: $0.failure) } }
}

extension ByteBuffer {
    /// At most `count` bytes from the front; nil if there are none.
    mutating func readPart(_ count: Int) -> [UInt8]? {
        guard readableBytes > 0 else { return nil }
        return readBytes(length: Swift.min(count, readableBytes))
    }
}
