import Broker
import NIOCore
import Synchronization
import TransportIO

/// One engine that is about to read one content.
protocol Reading: AnyObject {
    /// Reads it.
    func run()
    /// What went wrong; nil if the engine made of the content what it should.
    var fault: String? { get }
}

/// The time, which passes only where nothing is left to do, and the calls that an engine has asked for.
private final class Wakes {
    private var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private var due: NIODeadline?

    var loop: EngineLoop {
        EngineLoop(
            clock: { [unowned self] in now },
            wakeUp: { [unowned self] in due = min(due ?? .distantFuture, $0 ?? now) })
    }

    /// Whether a call is due within a second.
    func take() -> Bool {
        guard let next = due, next < now + .seconds(1) else { return false }
        (now, due) = (max(now, next), nil)
        return true
    }
}

/// The logger's half, given bytes as its socket gives them.
final class ServerReading: Reading {
    private var engine: any ServerEngine
    private let said: Content.Said
    private let step: Int
    private let recorder = Counter()
    private let intake: EntryIntake
    private let wakes = Wakes()
    private var input = SocketInput()
    private var out = ByteBuffer()
    private var error: ProtocolError?

    init(_ engine: any ServerEngine, opening: [UInt8], _ said: Content.Said, step: Int) {
        (self.engine, self.said, self.step) = (engine, said, step)
        intake = EntryIntake(recorder: recorder, makeReply: { _ in EntryReply { _ in } })
        self.engine.attach(to: wakes.loop)
        self.engine.open(into: &out)
        feed(opening, step: .max)
    }

    func run() {
        feed(said.bytes, step: step)
    }

    private func feed(_ bytes: [UInt8], step: Int) {
        var start = 0
        do throws(ProtocolError) {
            while start < bytes.count {
                let end = start + min(step, bytes.count - start)
                var piece = ByteBuffer(bytes: bytes[start..<end])
                repeat {
                    try input.take(piece) { bytes throws(ProtocolError) in
                        try engine.receive(&bytes, into: &out, intake: intake)
                    }
                    while wakes.take() { try engine.proceed(into: &out, intake: intake) }
                    // What was said is written at once; an engine that has left off goes on in its turns.
                    out.clear()
                    piece.clear()
                } while engine.isPaused
                start = end
            }
        } catch {
            self.error = error
        }
    }

    var fault: String? {
        if let error { return "\(error)" }
        let (entries, undecodable) = recorder.counts
        if entries == said.entries, undecodable == said.undecodable { return nil }
        return "\(entries) entries of \(said.entries), \(undecodable) undecodable messages of \(said.undecodable)"
    }
}

/// The broker's half with an entry in flight, given bytes as its socket gives them.
final class ClientReading: Reading {
    private var engine: any ClientEngine
    private let bytes: [UInt8]
    private let step: Int
    private let isAcknowledgement: Bool
    private let wakes = Wakes()
    private var input = SocketInput()
    private var out = ByteBuffer()
    private var completions = Completions()
    private var error: (any Error)?

    /// - Parameter isAcknowledgement: whether the bytes are to acknowledge the entry that is in flight, or to say that they
    ///   do not.
    init(_ engine: any ClientEngine, _ bytes: [UInt8], isAcknowledgement: Bool, step: Int) {
        (self.engine, self.bytes, self.step, self.isAcknowledgement) = (engine, bytes, step, isAcknowledgement)
        self.engine.attach(to: wakes.loop)
        self.engine.open(into: &out)
        do throws(TransportError) {
            try self.engine.send(LogEntry(name: "n", data: "d"), ticket: 0, into: &out)
        } catch {
            self.error = error
        }
    }

    func run() {
        var start = 0
        do throws(ProtocolError) {
            while start < bytes.count {
                let end = start + min(step, bytes.count - start)
                try input.take(ByteBuffer(bytes: bytes[start..<end])) { bytes throws(ProtocolError) in
                    try engine.receive(&bytes, into: &out, completions: &completions)
                }
                start = end
            }
        } catch {
            self.error = error
        }
    }

    var fault: String? {
        if let error { return "\(error)" }
        guard completions.list.count == 1 else { return "\(completions.list.count) answers to one entry" }
        let failure = completions.list[0].failure
        guard isAcknowledgement else { return failure == nil ? "it was taken for an acknowledgement" : nil }
        return failure.map { "\($0)" }
    }
}

/// Counts what it is given, and copies nothing.
private final class Counter: EntryRecorder {
    private let state = Mutex((entries: 0, undecodable: 0))

    var counts: (entries: Int, undecodable: Int) { state.withLock { $0 } }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        state.withLock { $0.entries += 1 }
        return .recorded
    }

    func countUndecodable() {
        state.withLock { $0.undecodable += 1 }
    }
}
