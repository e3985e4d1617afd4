import Broker
import EngineTestKit
import HTTP2TestKit
import NIOCore
import TransportIO

@testable import HTTPTransport

/// The logger's half with a client that is made of frames.
final class HTTP2Server {
    private(set) var engine: PrefaceServerEngine
    let recorder: RecordingRecorder
    private(set) var said = ByteBuffer()
    /// The tickets of the entries whose fate is told later.
    private(set) var tickets: [UInt64] = []
    private var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private var input = ByteBuffer()
    private var out = ByteBuffer()

    init(
        result: RecordResult = .recorded, configuration: HTTPServerConfiguration = .sample(maxEntryBytes: 1_000),
        isLoopback: Bool = false
    ) {
        recorder = RecordingRecorder(result: result)
        engine = PrefaceServerEngine(configuration: configuration)
        engine.attach(to: EngineLoop(clock: { [unowned self] in now }, wakeUp: { _ in }, isLoopback: isLoopback))
        engine.open(into: &said)
    }

    /// Gives the engine bytes, at most `step` at a time.
    /// - Parameter goesOn: whether an engine that leaves off is called again, as its socket would.
    func receive(_ bytes: ByteBuffer, step: Int = .max, goesOn: Bool = true) throws {
        let intake = Intake(recorder) { [unowned self] in tickets.append($0) }
        var bytes = bytes
        defer { take() }
        while let part = bytes.readSlice(length: min(step, bytes.readableBytes)), part.readableBytes > 0 {
            input.writeImmutableBuffer(part)
            try engine.receive(&input, into: &out, intake: intake.intake)
            take()
            while goesOn, engine.isPaused { try goOn(intake.intake) }
        }
    }

    /// Calls an engine that has left off once more.
    func goOn() throws {
        try goOn(Intake(recorder) { [unowned self] in tickets.append($0) }.intake)
    }

    private func goOn(_ intake: EntryIntake) throws {
        var none = ByteBuffer()
        defer { take() }
        try engine.receive(&none, into: &out, intake: intake)
    }

    private func take() {
        said.writeBuffer(&out)
        out.clear()
    }

    func complete(_ ticket: UInt64, _ result: RecordResult) {
        engine.complete(ticket, result, into: &out)
        take()
    }

    func end(_ reason: ConnectionEnd) {
        engine.end(reason, into: &out)
        take()
    }

    func drain() {
        engine.drain(into: &out)
        take()
    }

    /// Lets a second pass.
    func secondPasses() throws {
        now = now + .seconds(1)
        defer { take() }
        try engine.keepAlive(into: &out)
    }

    var frames: ReadFrames { ReadFrames(said) }

    /// The final answer on a stream; nil where it is not all there.
    func answer(to stream: UInt32) -> Answer? {
        let frames = frames.stream(stream)
        guard frames.contains(where: \.endsStream),
            let head = frames.last(where: { $0.kind == RawFrames.Kind.headers }),
            let status = head.fields[":status"].flatMap({ Int($0) }), head.fields["date"]?.hasSuffix(" GMT") == true
        else { return nil }
        let body = frames.filter { $0.kind == RawFrames.Kind.data }.flatMap(\.payload)
        let fields = head.fields.filter { $0.key != ":status" && $0.key != "date" }
        return Answer(status: status, fields: fields, body: String(decoding: body, as: UTF8.self))
    }

    /// The error code of the last GOAWAY; nil where there is none.
    var goaway: UInt32? {
        frames.frames.last { $0.kind == RawFrames.Kind.goaway }?.number(at: 4)
    }

    /// The error code of the reset of a stream; nil where there is none.
    func reset(of stream: UInt32) -> UInt32? {
        frames.stream(stream).last { $0.kind == RawFrames.Kind.reset }?.number(at: 0)
    }
}

/// A request, to be said by either version of HTTP.
struct SampleRequest: CustomStringConvertible, Sendable {
    var method = "POST"
    var path = "/log"
    var host = "h"
    var fields: [(String, String)] = []
    var body = Sample.body

    var description: String { "\(method) \(path) \(fields)" }

    /// The header list of HTTP/2.
    var list: [(String, String)] {
        [(":method", method), (":scheme", "http"), (":path", path), (":authority", host)] + fields
    }

    /// The message of HTTP/1.1.
    var text: String {
        let lines = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
        let length = body.isEmpty ? "" : "content-length: \(body.utf8.count)\r\n"
        return "\(method) \(path) HTTP/1.1\r\nhost: \(host)\r\n\(lines)\(length)\r\n\(body)"
    }

    /// Adds the request to what a client says.
    func add(to frames: inout RawFrames, stream: UInt32) {
        frames.addHeaders(stream, list, endStream: body.isEmpty)
        if !body.isEmpty { frames.addData(stream, Array(body.utf8), endStream: true) }
    }
}
