import Broker
import HTTP2
import NIOCore
import TransportIO

/// The logger half of HTTP, whatever version the client speaks.
///
/// A client of HTTP/2 begins with the connection preface (RFC 9113, 3.4): in cleartext with prior knowledge (3.3), and over
/// TLS after `h2` was agreed upon. What begins otherwise is HTTP/1.1; an `Upgrade: h2c` there is ignored, as RFC 9113, 3.1
/// has it.
struct PrefaceServerEngine: ServerEngine {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private var http1: HTTPServerEngine
    private var http2: HTTP2ServerEngine?
    private var isDecided = false
    private var isDraining = false
    private var loop: EngineLoop?
    private let configuration: HTTPServerConfiguration
    private let limits: ConnectionLimits

    /// - Parameter limits: what a client of HTTP/2 may take.
    init(configuration: HTTPServerConfiguration, limits: ConnectionLimits = ConnectionLimits()) {
        self.configuration = configuration
        self.limits = limits
        http1 = HTTPServerEngine(configuration: configuration)
    }

    mutating func attach(to loop: EngineLoop) {
        self.loop = loop
        http1.attach(to: loop)
    }

    mutating func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        if !isDecided { decide(bytes, into: &out) }
        if let http2 {
            try http2.receive(&bytes, into: &out, intake: intake)
        } else if isDecided {
            try http1.receive(&bytes, into: &out, intake: intake)
        } else {
            http1.awaitMore(than: bytes.readableBytes)
        }
    }

    /// Decides by the first bytes, as soon as they tell.
    private mutating func decide(_ bytes: ByteBuffer, into out: inout ByteBuffer) {
        let start = bytes.readableBytesView.prefix(Self.preface.count)
        guard start.elementsEqual(Self.preface.prefix(start.count)) else {
            isDecided = true
            return
        }
        guard start.count == Self.preface.count else { return }
        isDecided = true
        let engine = HTTP2ServerEngine(configuration: configuration, connection: limits)
        if let loop { engine.attach(to: loop) }
        engine.open(into: &out)
        if isDraining { engine.drain(into: &out) }
        http2 = engine
    }

    mutating func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        if let http2 {
            http2.complete(ticket, result, into: &out)
        } else {
            http1.complete(ticket, result, into: &out)
        }
    }

    mutating func drain(into out: inout ByteBuffer) {
        isDraining = true
        if let http2 {
            http2.drain(into: &out)
        } else {
            http1.drain(into: &out)
        }
    }

    var isIdle: Bool { http2?.isIdle ?? http1.isIdle }

    var isFinished: Bool { http2?.isFinished ?? http1.isFinished }

    var isPaused: Bool { http2?.isPaused ?? http1.isPaused }

    var isAmidMessage: Bool { http2 == nil && http1.isAmidMessage }

    var heldBytes: Int { http2?.heldBytes ?? http1.heldBytes }

    var mostAtOnce: Int { http2?.mostAtOnce ?? http1.mostAtOnce }

    mutating func end(_ reason: ConnectionEnd, into out: inout ByteBuffer) {
        if let http2 {
            http2.end(reason, into: &out)
        } else {
            http1.end(reason, into: &out)
        }
    }

    var keepAliveInterval: TimeAmount? { http2?.keepAliveInterval }

    mutating func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        try http2?.keepAlive(into: &out)
    }
}
