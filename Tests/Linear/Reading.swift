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
                try input.take(ByteBuffer(bytes: bytes[start..<end])) { bytes throws(ProtocolError) in
                    try engine.receive(&bytes, into: &out, intake: intake)
                }
                while wakes.take() { try engine.proceed(into: &out, intake: intake) }
                // What was said is written at once.
                out.clear()
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

/// The broker's half with some entries in flight, given bytes as its socket gives them.
final class ClientReading: Reading {
    private var engine: any ClientEngine
    private let bytes: [UInt8]
    private let step: Int
    private let acknowledged: Int
    private let wakes = Wakes()
    private var input = SocketInput()
    private var out = ByteBuffer()
    private var completions = Completions()
    private var error: (any Error)?

    /// - Parameter acknowledged: how many entries are in flight, all of which are acknowledged.
    init(_ engine: any ClientEngine, _ bytes: [UInt8], acknowledged: Int, step: Int) {
        (self.engine, self.bytes, self.step, self.acknowledged) = (engine, bytes, step, acknowledged)
        self.engine.attach(to: wakes.loop)
        self.engine.open(into: &out)
        do throws(TransportError) {
            for ticket in 0..<acknowledged {
                try self.engine.send(LogEntry(name: "n", data: "d"), ticket: ticket, into: &out)
            }
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
        let failures = completions.list.compactMap(\.failure)
        if let failure = failures.first { return "\(failure)" }
        let count = completions.list.count
        return count == acknowledged ? nil : "\(count) entries of \(acknowledged) were acknowledged"
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
