package import Broker
import GRPCTransport
import HTTP2
package import NIOCore
package import TransportIO

/// A client of any gRPC service, as an engine: calls of all kinds, their deadlines, and signs of life from the server.
package final class CallEngine: ClientEngine {
    package let calls: ClientCalls
    private let connection: ClientConnection
    private var keepAliveWatch: KeepAliveWatch?
    private var loop: EngineLoop?
    private var isAtWork = false

    /// - Parameter authority: the value of `:authority`, `host:port`.
    package init(
        authority: String, maxMessageBytes: Int = EntryLimits().maxEntryBytes, scheme: String = "http",
        keepAlive: ClientKeepAlive? = nil
    ) {
        keepAliveWatch = keepAlive.map(KeepAliveWatch.init)
        calls = ClientCalls(authority: authority, scheme: scheme, maxMessageBytes: maxMessageBytes)
        connection = ClientConnection(calls, maxInFlight: .max, settings: .client)
        calls.connection = connection
        calls.wake = { [unowned self] in
            if !isAtWork { loop?.wake() }
        }
        calls.hasGoneAway = { [unowned self] _, text in
            // gRPC A8, "Client-side Keepalive": ENHANCE_YOUR_CALM comes with these words.
            if text == "too_many_pings" { keepAliveWatch?.rules.interval.double() }
        }
    }

    /// Opens a call.
    package func openCall(
        _ path: String, _ options: CallOptions, observer: any ClientCallObserver
    ) -> Result<OutgoingCall, CallEnd> {
        defer { calls.wake() }
        let now = loop?.now ?? .now()
        if let timeout = options.timeout { loop?.wake(at: now + timeout) }
        return calls.open(path, options, observer: observer, now: now)
    }

    // MARK: ClientEngine

    package var capacity: Int { connection.capacity }

    package var isReady: Bool { connection.isReady }

    package private(set) var isRetired: Bool {
        get { hasGivenUp || connection.isRetired }
        set { hasGivenUp = newValue }
    }

    private var hasGivenUp = false

    package func attach(to loop: EngineLoop) {
        self.loop = loop
    }

    package func open(into out: inout ByteBuffer) {
        connection.open(into: &out)
    }

    package func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try connection.send(entry, ticket: ticket, into: &out)
    }

    package func flush(into out: inout ByteBuffer) {
        connection.send(into: &out)
    }

    package func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        keepAliveWatch?.hasReceived = true
        isAtWork = true
        defer { isAtWork = false }
        try connection.receive(&bytes, into: &out, completions: &completions)
    }

    package var hasLeftOff: Bool { connection.hasLeftOff }

    package func proceed(into out: inout ByteBuffer, completions: inout Completions) throws(ProtocolError) {
        guard let loop else { return }
        isAtWork = true
        defer { isAtWork = false }
        calls.deadlinesPassed(loop.now)
        try connection.proceed(into: &out, completions: &completions)
        if let next = calls.nextDeadline { loop.wake(at: next) }
    }

    package func receiveEnd(completions: inout Completions) throws(ProtocolError) {
        try connection.receiveEnd(completions: &completions)
    }

    package func close(into out: inout ByteBuffer) {
        connection.close(into: &out)
    }

    package var keepAliveInterval: TimeAmount? { keepAliveWatch?.rules.lookInterval }

    package func keepAlive(into out: inout ByteBuffer) throws(ProtocolError) {
        guard let loop else { return }
        switch keepAliveWatch?.look(at: loop.now, isBusy: calls.count > 0) {
        case .ask:
            connection.ping()
            connection.send(into: &out)
        case .giveUp:
            isRetired = true
            throw ProtocolError("the server has not answered a keepalive PING in time")
        case nil: break
        }
    }
}
