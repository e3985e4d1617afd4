import Broker
import Dispatch
import EngineTestKit
import MachineTestKit
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import TransportIO

/// What takes long to read, while the event loop goes on.
@Suite(.timeLimit(.minutes(1))) struct LongTurnTests {
    /// With its line feed a byte more than is read at once on the event loop: its turn is when all of it has come, not before.
    private static let large = LongTurn.mostOnLoop

    /// Reads texts that end with a line feed, and answers with their lengths; a large one takes until the gate opens.
    private final class GatedEngine: ServerEngine {
        private let gate: Gate
        private var open: [UInt64: Int] = [:]
        private var nextTicket: UInt64 = 0
        private var loop: EngineLoop?
        private let name: String

        init(_ gate: Gate, name: String = "") {
            self.gate = gate
            self.name = name
        }

        var isIdle: Bool { open.isEmpty }

        /// Whether it was asked how much it reads on the event loop, and has not been given anything since.
        private var isAsked = false

        var mostAtOnce: Int {
            isAsked = true
            return LongTurn.mostOnLoop
        }

        var heldBytes: Int {
            if isAsked { gate.waits(name) }
            return 0
        }

        func attach(to loop: EngineLoop) {
            self.loop = loop
        }

        func receive(
            _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
        ) throws(ProtocolError) {
            isAsked = false
            while let end = bytes.readableBytesView.firstIndex(of: 0x0A) {
                let count = end - bytes.readerIndex
                let first = bytes.readableBytesView.first
                bytes.moveReaderIndex(to: end + 1)
                guard first != UInt8(ascii: "!") else { throw ProtocolError("that is no text") }
                if intake.take(ReceivedEntry(name: RawSpan(), data: RawSpan()), ticket: nextTicket) == .later {
                    open[nextTicket] = count
                } else {
                    out.writeString("\(count)\n")
                }
                nextTicket += 1
                guard count > LongTurnTests.large / 2 else { continue }
                loop?.wake()
                gate.pass(name)
            }
        }

        func proceed(into out: inout ByteBuffer, intake: borrowing EntryIntake) throws(ProtocolError) {
            out.writeString("proceeds\n")
        }

        func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
            guard let count = open.removeValue(forKey: ticket) else { return }
            out.writeString("\(count) later\n")
        }

        func disconnected() {
            gate.ended()
        }
    }

    /// Where a large text waits until it may go on; also tells of engines that have ended.
    private final class Gate: Sendable {
        private let isOpen = DispatchSemaphore(value: 0)
        let arrivals: AsyncStream<Void>
        let endings: AsyncStream<Void>
        let waits: AsyncStream<String>
        private let arrived: AsyncStream<Void>.Continuation
        private let hasEnded: AsyncStream<Void>.Continuation
        private let hasToWait: AsyncStream<String>.Continuation
        private let passed = Mutex<[String]>([])

        init() {
            (arrivals, arrived) = AsyncStream.makeStream()
            (endings, hasEnded) = AsyncStream.makeStream()
            (waits, hasToWait) = AsyncStream.makeStream()
        }

        func pass(_ name: String) {
            arrived.yield()
            isOpen.wait()
            isOpen.signal()
            passed.withLock { $0.append(name) }
        }

        /// Whose large texts were read, in this order.
        var order: [String] { passed.withLock { $0 } }

        func open() { isOpen.signal() }
        func ended() { hasEnded.yield() }
        func waits(_ name: String) { hasToWait.yield(name) }
        /// Returns when the engine of that name is waiting for its turn.
        func someoneWaits(_ name: String) async { for await one in waits where one == name { return } }
        func someoneArrives() async { for await _ in arrivals { return } }
        func someoneEnds() async { for await _ in endings { return } }
    }

    private static let text = String(repeating: "x", count: large) + "\n"

    /// Everybody else is served meanwhile, and what comes behind the large text is read behind it.
    @Test func nobodyElseWaits() async throws {
        let gate = Gate()
        try await withServer {
            GatedEngine(gate)
        } _: { server in
            defer { gate.open() }
            let large = try RawSocket(to: server.endpoint)
            await large.say(Self.text)
            await gate.someoneArrives()
            let small = try RawSocket(to: server.endpoint)
            await small.say("four\n")
            small.endOutput()
            #expect(try await small.hearAll() == "4\n")
            await large.say("seven..\n")
            large.endOutput()
            gate.open()
            let heard = try await large.hearAll()
            #expect(heard.split(separator: "\n").filter { $0 != "proceeds" } == ["\(Self.large)", "7"])
            #expect(heard.contains("proceeds"))
        }
    }

    /// A message broker's connection, which brings everybody's messages, goes before those of peers that wait.
    @Test func messageBrokersGoFirst() async throws {
        let gate = Gate()
        let peers = Atomic(0)
        let begun = AsyncStream.makeStream(of: (any Channel).self)
        let messageBroker = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                begun.continuation.yield(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let dialed = DialedServerTransport(
            toOneOf: [Endpoint(host: "127.0.0.1", port: try #require(messageBroker.localAddress?.port))], target: "",
            peer: "the message broker", mend: "", options: ServerOptions(target: "", drainTimeout: .zero)
        ) { _, ready in
            ready()
            return GatedEngine(gate, name: "dialed")
        }
        try await withServer {
            GatedEngine(gate, name: "peer \(peers.add(1, ordering: .relaxed).newValue)")
        } _: { server in
            defer { gate.open() }
            let consuming = Task { try await dialed.serve(to: RecordingRecorder()) { _ in } }
            var channels = begun.stream.makeAsyncIterator()
            let channel = try #require(await channels.next())
            let first = try RawSocket(to: server.endpoint)
            await first.say(Self.text)
            await gate.someoneArrives()
            let second = try RawSocket(to: server.endpoint)
            await second.say(Self.text)
            await gate.someoneWaits("peer 2")
            try await channel.writeAndFlush(ByteBuffer(string: Self.text)).get()
            await gate.someoneWaits("dialed")
            gate.open()
            first.endOutput()
            second.endOutput()
            _ = try await first.hearAll()
            _ = try await second.hearAll()
            #expect(gate.order == ["peer 1", "dialed", "peer 2"])
            consuming.cancel()
            try? await consuming.value
        }
        try await messageBroker.close()
    }

    /// A result that is told while the engine is away is the engine's when it is back.
    @Test func resultsWait() async throws {
        let gate = Gate()
        let recorder = PatientRecorder()
        try await withServer(recorder) {
            GatedEngine(gate)
        } _: { server in
            defer { gate.open() }
            let socket = try RawSocket(to: server.endpoint)
            await socket.say(Self.text)
            await gate.someoneArrives()
            for (_, reply) in recorder.takeReplies() { reply(.recorded) }
            socket.endOutput()
            gate.open()
            let heard = try await socket.hearAll().split(separator: "\n").filter { $0 != "proceeds" }
            #expect(heard == ["\(Self.large) later"])
        }
    }

    /// A text that breaks the protocol ends its connection, also where it was read elsewhere.
    @Test func endsWhatBreaksTheProtocol() async throws {
        let gate = Gate()
        gate.open()
        try await withServer {
            GatedEngine(gate)
        } _: { server in
            let socket = try RawSocket(to: server.endpoint)
            await socket.say("!" + Self.text)
            #expect(try await socket.hearAll().contains("\(Self.large)") == false)
            await gate.someoneEnds()
        }
    }

    /// A connection that ends meanwhile ends for its engine when that is back.
    @Test func connectionsMayEnd() async throws {
        let gate = Gate()
        try await withServer {
            GatedEngine(gate)
        } _: { server in
            let socket = try RawSocket(to: server.endpoint)
            await socket.say(Self.text)
            await gate.someoneArrives()
            socket.close()
            gate.open()
            await gate.someoneEnds()
        }
    }

    /// A stop waits for what is being read, and it is answered.
    @Test func stopsWait() async throws {
        let gate = Gate()
        try await withServer {
            GatedEngine(gate)
        } _: { server in
            defer { gate.open() }
            let socket = try RawSocket(to: server.endpoint)
            await socket.say(Self.text)
            await gate.someoneArrives()
            server.beginStop()
            gate.open()
            #expect(try await socket.hearAll().contains("\(Self.large)"))
        }
    }
}
