import Broker
import NIOCore
import TransportIO

/// Logs in, asks how many messages wait in a queue, if there is one to ask for, and says goodbye.
struct QueueInspectionEngine: ServerEngine {
    private var session: Session
    private var messages = 0
    private let found: (Answer) -> Void

    /// What RabbitMQ has said.
    struct Answer {
        /// Its version, where it gives one.
        var version: String?
        /// How many messages wait in the queue; 0 where none was asked for.
        var messages: Int
    }

    init(_ url: AMQPURL, queue: String?, found: @escaping (Answer) -> Void) {
        let setup = queue.map { [SetupStep.inspectQueue($0)] } ?? []
        session = Session(configuration: Session.Configuration(url: url, setup: setup))
        self.found = found
    }

    var isIdle: Bool { true }
    var isFinished: Bool { session.isClosed }
    var keepAliveInterval: TimeAmount? { session.keepAliveInterval }

    mutating func open(into out: inout ByteBuffer) {
        session.open(into: &out)
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        while let frame = try session.nextFrame(bytes) {
            if frame.type == .method {
                let method = try session.decodeMethod(frame, bytes)
                if case .queueDeclareOk(let count) = method { messages = Int(count) }
                guard case .handled = try session.take(method, on: frame.channel, into: &out) else {
                    throw ProtocolError("it sent a method that was not asked for")
                }
                if session.isReady {
                    found(Answer(version: session.serverVersion, messages: messages))
                    session.close(into: &out)
                }
            }
            bytes.moveReaderIndex(forwardBy: frame.totalBytes)
        }
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {}

    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        try session.keepAlive(into: &out)
    }
}
