package import Broker
import NIOCore
import Synchronization

/// A client engine and a server engine of one transport joined memory to memory: the protocol without sockets, event loops
/// or a logger, to measure what it costs by itself.
package final class JoinedEngines {
    /// How many entries the server's side was given.
    package var recorded: UInt64 { recorder.count }

    private var client: any ClientEngine
    private var server: any ServerEngine
    private let recorder = CountingRecorder()
    private let intake: EntryIntake
    private let wakes = Wakes()
    private var toServer = ByteBuffer()
    private var toClient = ByteBuffer()
    private var completions = Completions()

    /// Joins the engines that the two halves would give their sockets, and carries the handshake.
    ///
    /// Nil where there is nothing to join: a half that does not speak to the other, but to a message broker between them.
    /// - Throws: ``ProtocolError`` when they do not understand each other.
    package init?(_ client: any ClientTransport, _ server: any ServerTransport) throws(ProtocolError) {
        guard let client = client as? SocketClientTransport, let server = server as? SocketServerTransport else {
            return nil
        }
        self.client = client.makeEngine()
        self.server = server.makeEngine()
        intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })
        let wakes = wakes
        self.client.attach(to: EngineLoop(clock: { .now() }, wakeUp: { if $0 == nil { wakes.client = true } }))
        self.server.attach(to: EngineLoop(clock: { .now() }, wakeUp: { if $0 == nil { wakes.server = true } }))
        self.client.open(into: &toServer)
        self.server.open(into: &toClient)
        try exchange()
        guard self.client.isReady else { throw ProtocolError("the handshake came to no end") }
    }

    /// Sends `entry` as often as that, so many at once as the protocol takes on one socket, up to `inFlight`.
    /// - Throws: ``TransportError`` or ``ProtocolError`` when one of them is not acknowledged.
    package func carry(_ entry: LogEntry, times: Int, inFlight: Int) throws {
        var left = times
        while left > 0 {
            let count = min(left, inFlight, client.capacity)
            guard count > 0, !client.isRetired else { throw ProtocolError("the connection takes no more entries") }
            for ticket in 0..<count { try client.send(entry, ticket: ticket, into: &toServer) }
            try exchange()
            if let failure = completions.list.lazy.compactMap(\.failure).first { throw failure }
            guard completions.list.count == count else {
                throw ProtocolError("\(completions.list.count) of \(count) entries were answered")
            }
            completions.removeAll()
            left -= count
        }
    }

    /// Carries bytes both ways until nobody takes or says anything more.
    private func exchange() throws(ProtocolError) {
        client.flush(into: &toServer)
        var before = (-1, -1)
        while before != (toServer.readableBytes, toClient.readableBytes) || wakes.isAny || client.hasLeftOff {
            before = (toServer.readableBytes, toClient.readableBytes)
            if toServer.readableBytes > 0 || server.isPaused {
                try server.receive(&toServer, into: &toClient, intake: intake)
            }
            if wakes.takeServer() { try server.proceed(into: &toClient, intake: intake) }
            // What was read makes room, as it does for a socket's reads.
            if toServer.readableBytes == 0 { toServer.clear() }
            if toClient.readableBytes > 0 {
                try client.receive(&toClient, into: &toServer, completions: &completions)
            }
            if wakes.takeClient() || client.hasLeftOff {
                try client.proceed(into: &toServer, completions: &completions)
            }
            if toClient.readableBytes == 0 { toClient.clear() }
        }
    }
}

/// Which of the two wants to be called.
private final class Wakes {
    var client = false
    var server = false

    var isAny: Bool { client || server }

    func takeClient() -> Bool {
        defer { client = false }
        return client
    }

    func takeServer() -> Bool {
        defer { server = false }
        return server
    }
}

/// Counts entries and does nothing else with them.
private final class CountingRecorder: EntryRecorder {
    private let counter = Atomic<UInt64>(0)

    var count: UInt64 { counter.load(ordering: .relaxed) }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        counter.wrappingAdd(1, ordering: .relaxed)
        return .recorded
    }

    func countUndecodable() {}
}
