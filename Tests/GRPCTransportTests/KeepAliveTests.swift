import Broker
import EngineTestKit
import HTTP2TestKit
import NIOCore
import NIOPosix
import Testing

@testable import GRPCTestKit
@testable import GRPCTransport
@testable import TransportIO

/// A client that asks its server for a sign of life (gRPC, "Keepalive").
@Suite struct KeepAliveTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// Expectations cannot call what changes a value.
    private final class Watch {
        var watch: KeepAliveWatch

        init(permitsWithoutCalls: Bool = false) {
            watch = KeepAliveWatch(ClientKeepAlive(every: .seconds(30), permitsWithoutCalls: permitsWithoutCalls))
            _ = look(after: 0)
        }

        func look(after seconds: Int64, isBusy: Bool = true) -> KeepAliveWatch.Finding? {
            watch.look(at: KeepAliveTests.start + .seconds(seconds), isBusy: isBusy)
        }
    }

    @Test func aSilentServerIsAskedAndThenGivenUp() {
        let watch = Watch()
        #expect(watch.look(after: 29) == nil)
        #expect(watch.look(after: 30) == .ask)
        #expect(watch.look(after: 49) == nil)
        #expect(watch.look(after: 50) == .giveUp)
    }

    @Test func anyByteIsASignOfLife() {
        let watch = Watch()
        #expect(watch.look(after: 30) == .ask)
        watch.watch.hasReceived = true
        #expect(watch.look(after: 50) == nil)
        #expect(watch.look(after: 79) == nil)
        #expect(watch.look(after: 80) == .ask)
    }

    @Test func aServerIsAskedWithoutCallsOnlyIfThatIsPermitted() {
        let watch = Watch()
        #expect(watch.look(after: 100, isBusy: false) == nil)
        #expect(watch.look(after: 129, isBusy: true) == nil)
        #expect(watch.look(after: 130, isBusy: true) == .ask)
        #expect(Watch(permitsWithoutCalls: true).look(after: 30, isBusy: false) == .ask)
    }

    @Test func nobodyAsksMoreOftenThanEveryTenSeconds() {
        #expect(ClientKeepAlive(every: .seconds(1)).interval.value == .seconds(10))
        #expect(ClientKeepAlive(every: .minutes(5)).interval.value == .minutes(5))
    }

    private final class Observer: ClientCallObserver {
        func received(_ message: RawSpan, wasCompressed: Bool) {}
        func ended(_ end: CallEnd) {}
    }

    /// Frames of a client engine with a call open, `seconds` after the server's last word.
    private func frames(_ engine: CallEngine, _ clock: ManualClock, after seconds: Int64) throws -> [UInt8] {
        clock.now = clock.now + .seconds(seconds)
        var out = ByteBuffer()
        try engine.keepAlive(into: &out)
        return ReadFrames(out).frames.map(\.kind)
    }

    private func engine(_ rules: ClientKeepAlive, _ clock: ManualClock) throws -> CallEngine {
        let engine = CallEngine(authority: "logger:50001", keepAlive: rules)
        engine.attach(to: clock.loop {})
        var out = ByteBuffer()
        engine.open(into: &out)
        var (settings, completions) = (RawFrames.server().bytes, Completions())
        try engine.receive(&settings, into: &out, completions: &completions)
        return engine
    }

    @Test func aPINGIsSentForACallThatWaitsAndTheConnectionEndsWithoutAnAnswer() throws {
        let clock = ManualClock()
        let engine = try engine(ClientKeepAlive(every: .seconds(30)), clock)
        #expect(try frames(engine, clock, after: 0).isEmpty)
        #expect(try frames(engine, clock, after: 300).isEmpty, "no call is open")
        var out = ByteBuffer()
        let observer = Observer()
        _ = try engine.openCall("/logs.LogService/WriteLog", CallOptions(), observer: observer).get()
        engine.flush(into: &out)
        #expect(try frames(engine, clock, after: 29).isEmpty)
        #expect(try frames(engine, clock, after: 1) == [RawFrames.Kind.ping])
        #expect(throws: ProtocolError("the server has not answered a keepalive PING in time")) {
            try frames(engine, clock, after: 20)
        }
        #expect(engine.isRetired)
    }

    /// gRPC A8: "the client … should … double the configured keepalive time".
    @Test func aServerThatCountsTooManyPINGsIsAskedHalfAsOften() throws {
        let rules = ClientKeepAlive(every: .seconds(30))
        let engine = try engine(rules, ManualClock())
        var goaway = RawFrames()
        // The last stream 0, ENHANCE_YOUR_CALM (RFC 9113 7).
        goaway.add(RawFrames.Kind.goaway, 0, 0, [0, 0, 0, 0, 0, 0, 0, 11] + Array("too_many_pings".utf8))
        var (bytes, out, completions) = (goaway.bytes, ByteBuffer(), Completions())
        try engine.receive(&bytes, into: &out, completions: &completions)
        #expect(rules.interval.value == .seconds(60))
    }

    @Test func aCallToAServerThatFallsSilentEndsUnavailable() async throws {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                // SETTINGS, and nothing ever after.
                channel.writeAndFlush(RawFrames.server().bytes, promise: nil)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        var options = GRPCChannel.Options()
        options.keepAlive = ClientKeepAlive(unbounded: .milliseconds(50), .milliseconds(50), false)
        let end = await #expect(throws: CallEnd.self) {
            try await withGRPCChannel(to: Endpoint(host: "127.0.0.1", port: port), options: options) { channel in
                _ = try await channel.unary("/logs.LogService/WriteLog", [])
            }
        }
        #expect(end?.status.code == .unavailable)
        #expect(end?.status.message.contains("keepalive PING") == true, "\(String(describing: end))")
        try await listener.close().get()
    }
}
