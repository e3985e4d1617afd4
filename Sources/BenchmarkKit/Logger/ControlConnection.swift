import Broker
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TransportIO

/// One kept connection to the logger's control API, for one request at a time.
///
/// No proxy is asked, whatever the environment says: a logger of the lab is reached directly.
final class ControlConnection: Sendable {
    /// Connects to an endpoint: the descriptor of a socket.
    typealias Dial = @Sendable (Endpoint) async throws -> Int32

    private let endpoint: Endpoint
    private let timeout: TimeAmount
    private let maxBodyBytes: Int
    private let tls: TLSContext?
    private let dial: Dial?
    private let token: BearerToken?
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    private let kept = Mutex<(any Channel)?>(nil)

    /// - Parameters:
    ///   - maxBodyBytes: the longest answer; a run's report has a few hundred bytes.
    ///   - tls: how the connection is secured; nil for cleartext.
    ///   - dial: connects where this process itself does not reach the endpoint; nil where it does.
    ///   - token: what is shown with each request; nil for nothing.
    init(
        to endpoint: Endpoint, timeout: TimeAmount, maxBodyBytes: Int = 1 << 20, tls: TLSContext? = nil,
        dial: Dial? = nil, token: BearerToken? = nil
    ) {
        (self.endpoint, self.timeout, self.maxBodyBytes, self.tls) = (endpoint, timeout, maxBodyBytes, tls)
        (self.dial, self.token) = (dial, token)
    }

    /// Makes a request and waits for its answer.
    /// - Throws: `CancellationError` at once when the task is cancelled; what kept the answer away.
    func ask(_ method: HTTPMethod, _ path: String) async throws -> ControlAnswer {
        try Task.checkCancellation()
        if let channel = kept.withLock({ $0.take() }), channel.isActive {
            do {
                return try await ask(method, path, on: channel)
            } catch ControlFailure.endedBefore {
                // The logger ends connections that lie idle; every request can be made twice.
            }
        }
        let bootstrap = ClientBootstrap(group: eventLoop)
        let initialize: @Sendable (any Channel) -> EventLoopFuture<any Channel> = {
            [maxBodyBytes, tls, timeout] channel in
            channel.eventLoop.makeCompletedFuture {
                // What is sent before its end waits for the handshake; when that fails, the channel is closed.
                _ = try tls?.add(to: channel, timeout: timeout)
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(ControlHandler(maxBodyBytes: maxBodyBytes))
                return channel
            }
        }
        let channel: any Channel
        if let dial {
            channel = try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .withConnectedSocket(dial(endpoint), channelInitializer: initialize)
        } else {
            channel = try await bootstrap.connect(
                to: endpoint, within: timeout, on: eventLoop, channelInitializer: initialize
            ).get()
        }
        return try await ask(method, path, on: channel)
    }

    /// The URL of a path; that of a Unix domain socket as nginx writes it.
    func url(_ path: String) -> String {
        let scheme = "http\(tls == nil ? "" : "s")"
        return switch endpoint {
        case .tcp: "\(scheme)://\(endpoint)\(path)"
        case .unix: "\(scheme)://\(endpoint):\(path)"
        }
    }

    /// Closes the connection.
    func close() {
        kept.withLock { $0.take() }?.close(promise: nil)
    }

    private func ask(_ method: HTTPMethod, _ path: String, on channel: any Channel) async throws -> ControlAnswer {
        let promise = channel.eventLoop.makePromise(of: ControlAnswer.self)
        let (timeout, loop) = (timeout, channel.eventLoop)
        let timer = loop.scheduleTask(in: timeout) {
            promise.fail(ControlFailure.late(seconds: Double(timeout.nanoseconds) / 1e9))
        }
        defer { timer.cancel() }
        channel.writeAndFlush(
            ControlRequest(
                method: method, path: path, host: endpoint.authority, credentials: token?.credentials, answer: promise)
        )
        .whenFailure { _ in promise.fail(ControlFailure.endedBefore) }
        do {
            let answer = try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(CancellationError())
            }
            if answer.isKept { kept.withLock { $0 = channel } } else { channel.close(promise: nil) }
            return answer
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }
}
