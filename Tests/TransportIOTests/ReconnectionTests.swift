import Broker
import Glibc
import EngineTestKit
import NIOCore
import Synchronization
import Testing

@testable import TransportIO

/// A connection that comes back by itself, for protocols with ids.
@Suite(.timeLimit(.minutes(1))) struct ReconnectionTests {
    /// Lines whose entries bear an id; an entry called `break` is called `mended` when it is sent again.
    private struct Engine: ClientEngine {
        final class Ids: Sendable {
            let sent = Mutex<[EntryID]>([])
        }

        var lines = LineClientEngine()
        var ids: Ids
        var mends = true
        var completesOnWrite = false
        var capacity: Int { lines.capacity }

        mutating func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
            throw TransportError(.notSent, "without its id")
        }

        mutating func send(
            _ entry: LogEntry, id: EntryID, ticket: Int, into out: inout ByteBuffer
        ) throws(TransportError) {
            let isSecond = ids.sent.withLock { sent in
                defer { sent.append(id) }
                return sent.contains(id)
            }
            let name = isSecond && mends && entry.name == "break" ? "mended" : entry.name
            try lines.send(LogEntry(name: name, data: ""), ticket: ticket, into: &out)
        }

        mutating func receive(
            _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
        ) throws(ProtocolError) {
            try lines.receive(&bytes, into: &out, completions: &completions)
        }
    }

    private func client(
        of server: RunningServer, _ reconnection: Reconnection, ids: Engine.Ids = .init(), mends: Bool = true,
        completesOnWrite: Bool = false, notice: @escaping @Sendable (String) -> Void = { _ in }
    ) -> SocketClientTransport {
        SocketClientTransport(
            to: server.endpoint, description: .init(peer: "the line server", protocolName: "lines", mend: "Start it."),
            acknowledgement: .recorded, options: ClientOptions(target: "\(server.endpoint)", notice: notice),
            reconnection: reconnection
        ) { Engine(ids: ids, mends: mends, completesOnWrite: completesOnWrite) }
    }

    private func entry(_ name: String) -> LogEntry {
        LogEntry(name: name, data: "")
    }

    @Test func sendsAgainUnderTheSameID() async throws {
        let (recorder, ids) = (RecordingRecorder(), Engine.Ids())
        let notices = Mutex<[String]>([])
        let reconnection = Reconnection(patience: .seconds(20), resends: true)
        try await withLineServer(recorder) { server in
            let client = client(of: server, reconnection, ids: ids) { text in notices.withLock { $0.append(text) } }
            try await client.withConnection { connection in
                for name in ["a", "break", "b"] { _ = try await connection.send(entry(name)) }
            }
        }
        #expect(recorder.entries.map(\.name) == ["a", "mended", "b"])
        let sent = ids.sent.withLock { $0 }
        #expect(sent.map(\.number) == [1, 2, 2, 3])
        #expect(Set(sent.map(\.connection)).count == 1)
        let said = notices.withLock { $0 }
        #expect(said.count == 2)
        #expect(said.first?.hasSuffix("closed the connection; connecting again") == true)
        #expect(said.last?.contains("connected to the line server") == true)
    }

    @Test func reportsWhatIsUnknown() async throws {
        let reconnection = Reconnection(patience: .seconds(20), resends: false)
        try await withLineServer { server in
            try await client(of: server, reconnection).withConnection { connection in
                _ = try await connection.send(entry("a"))
                let error = await #expect(throws: TransportError.self) { try await connection.send(entry("break")) }
                #expect(error?.fate == .unknown)
                _ = try await connection.send(entry("b"))
            }
        }
    }

    /// An entry that breaks every connection fails in the end, and its tries become rare.
    @Test func losesPatience() async throws {
        let ids = Engine.Ids()
        let reconnection = Reconnection(patience: .milliseconds(400), resends: true)
        try await withLineServer { server in
            try await client(of: server, reconnection, ids: ids, mends: false).withConnection { connection in
                let error = await #expect(throws: TransportError.self) { try await connection.send(entry("break")) }
                #expect(error?.fate == .unknown)
                _ = try await connection.send(entry("b"))
            }
        }
        #expect((3...12).contains(ids.sent.withLock { $0.count }))
    }

    /// Once it was there and is gone, sends wait until patience ends; then they were not sent.
    @Test func givesUpAPeerThatDoesNotComeBack() async throws {
        let reconnection = Reconnection(patience: .milliseconds(200), resends: true)
        try await withLineServer { server in
            try await client(of: server, reconnection).withConnection { connection in
                _ = try await connection.send(entry("a"))
                try await server.stop()
                let error = await #expect(throws: TransportError.self) { try await connection.send(entry("b")) }
                #expect(error?.message.contains("cannot reach the line server") == true)
            }
        }
    }

    @Test func isDoneWhenItIsWritten() async throws {
        let recorder = PatientRecorder()
        let reconnection = Reconnection(patience: .seconds(20), resends: true)
        try await withLineServer(recorder) { server in
            try await client(of: server, reconnection, completesOnWrite: true).withConnection { connection in
                // Nobody answers.
                for number in 0..<100 { _ = try await connection.send(entry("n\(number)")) }
                await recorder.received(100)
            }
            for (_, reply) in recorder.takeReplies() { reply(.recorded) }
        }
    }

    /// What the kernel refuses, as the peer has reset the connection, was not written; nothing has told the client of it yet.
    @Test func isNotDoneWhenItIsRefused() async throws {
        let listener = try ResettingListener()
        let client = SocketClientTransport(
            to: listener.endpoint, description: .init(peer: "it", protocolName: "lines", mend: "Start it."),
            acknowledgement: .recorded, options: ClientOptions(target: "\(listener.endpoint)"),
            reconnection: Reconnection(patience: .zero, resends: false)
        ) { Engine(ids: Engine.Ids(), mends: true, completesOnWrite: true) }
        try await client.withConnection { connection in
            // On the client's own event loop, which so reads nothing meanwhile.
            listener.reset()
            var failure: TransportError?
            do throws(TransportError) { _ = try await connection.send(entry("n")) } catch { failure = error }
            #expect(failure?.fate == .unknown, "\(String(describing: failure))")
        }
    }

    @Test func waitsLongerFromTryToTry() {
        var redial = Redial(patience: 3_000_000_000)
        let failure = TransportError(.notSent, "refused")
        #expect(!redial.isPatient(now: 0), "a peer that was never there is not waited for")
        redial.reached()
        var (now, pauses): (UInt64, [UInt64]) = (1_000_000_000, [])
        repeat {
            // Several sockets that fail at once count as one.
            for _ in 0..<3 { redial.failed(failure, now: now, spread: 1) }
            pauses.append(redial.pauseLeft(now: now) / 1_000_000)
            now += redial.pauseLeft(now: now) + 1_000_000
        } while redial.isPatient(now: now)
        #expect(pauses == [20, 40, 80, 160, 320, 500, 500, 500, 500, 500])
        // A socket that came and went is no reason to begin anew; one that was answered on is.
        redial.reached()
        redial.failed(failure, now: now, spread: 1)
        #expect(!redial.isPatient(now: now) && redial.pauseLeft(now: now) == 500_000_000)
        redial.proved()
        #expect(redial.isPatient(now: now) && redial.pauseLeft(now: now) == 0 && !redial.isFailing)
    }

    @Test func pausesDiffer() {
        let pauses = (0..<50).map { _ in
            var redial = Redial(patience: 0)
            redial.failed(TransportError(.notSent, ""), now: 0)
            return redial.pauseLeft(now: 0)
        }
        #expect(Set(pauses).count > 10)
        #expect(pauses.allSatisfy { (16_000_000...24_000_000).contains($0) })
    }
}

/// A port whose first connection is reset when a test says so.
private final class ResettingListener: Sendable {
    private let descriptor: Int32
    let endpoint: Endpoint

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // A sockaddr_in: the family, the port in network order, the address.
        var address: [UInt8] = [UInt8(AF_INET), 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
        let isBound = address.withUnsafeMutableBytes { bytes in
            var size = socklen_t(bytes.count)
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
        }
        self.descriptor = descriptor
        endpoint = Endpoint(host: "127.0.0.1", port: Int(address[2]) << 8 | Int(address[3]))
        try #require(isBound && listen(descriptor, 1) == 0)
    }

    deinit {
        close(descriptor)
    }

    /// Resets the connection that has come.
    func reset() {
        let connection = accept(descriptor, nil, nil)
        // A linger: on, for no time.
        let linger: [Int32] = [1, 0]
        setsockopt(connection, SOL_SOCKET, SO_LINGER, linger, 8)
        close(connection)
    }
}
