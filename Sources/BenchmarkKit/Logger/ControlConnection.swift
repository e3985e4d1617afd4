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
    private let endpoint: Endpoint
    private let timeout: TimeAmount
    private let maxBodyBytes: Int
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    private let kept = Mutex<(any Channel)?>(nil)

    /// - Parameter maxBodyBytes: the longest answer; a run's report has a few hundred bytes.
    init(to endpoint: Endpoint, timeout: TimeAmount, maxBodyBytes: Int = 1 << 20) {
        (self.endpoint, self.timeout, self.maxBodyBytes) = (endpoint, timeout, maxBodyBytes)
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
        let channel = try await ClientBootstrap(group: eventLoop)
            .connect(to: endpoint, within: timeout) { [maxBodyBytes] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(ControlHandler(maxBodyBytes: maxBodyBytes))
                    return channel
                }
            }
        return try await ask(method, path, on: channel)
    }

    /// The URL of a path; that of a Unix domain socket as nginx writes it.
    func url(_ path: String) -> String {
        switch endpoint {
        case .tcp: "http://\(endpoint)\(path)"
        case .unix: "http://\(endpoint):\(path)"
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
        channel.writeAndFlush(ControlRequest(method: method, path: path, host: endpoint.authority, answer: promise))
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
