package import Broker
package import GRPCTransport
package import NIOCore
import NIOPosix
package import TransportIO

/// A client of a gRPC server: makes calls of any kind, and connects again when its connection is lost.
///
/// ```swift
/// try await withGRPCChannel(to: endpoint) { channel in
///     let reply = try await channel.unary("/logs.LogService/WriteLog", request)
/// }
/// ```
package actor GRPCChannel {
    /// What a channel can be told.
    package struct Options: Sendable {
        package var connectTimeout = TimeAmount.seconds(5)
        /// The largest message that is taken.
        package var maxMessageBytes = 16 * 1024 * 1024
        /// The wait after the first failed attempt to connect; see ``ConnectionBackoff``.
        package var firstBackoff = TimeAmount.seconds(1)

        /// How the server is asked for a sign of life; nil, as with gRPC's own clients, for not at all.
        package var keepAlive: ClientKeepAlive?

        /// How connections are secured; nil for cleartext.
        package var tls: ClientTLS?

        package init() {}
    }

    private let endpoint: Endpoint
    private let options: Options
    /// The event loop of all of the channel's connections, on which this actor runs.
    package nonisolated let executor: EventLoopExecutor
    private var connection: GRPCChannelHandler?
    /// Connections that take no more calls and have some to finish.
    private var retiring: [GRPCChannelHandler] = []
    private var isDialing = false
    private var waiters: [UnsafeContinuation<Void, Never>] = []
    private var backoff: ConnectionBackoff
    private var lastFailure = ""

    init(to endpoint: Endpoint, options: Options) {
        self.endpoint = endpoint
        self.options = options
        executor = EventLoopExecutor(eventLoop: MultiThreadedEventLoopGroup.singleton.next())
        backoff = ConnectionBackoff(first: options.firstBackoff)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens a call of any kind.
    /// - Throws: ``CallEnd`` when there is no connection: of code UNAVAILABLE, or DEADLINE_EXCEEDED for one that waits.
    package func call(_ path: String, _ options: CallOptions = CallOptions()) async throws(CallEnd) -> GRPCCall {
        let deadline = options.timeout.map { NIODeadline.now() + $0 }
        while true {
            let connection = try await connected(options, deadline)
            var options = options
            // What has been waited for a connection is gone from the time that the server has.
            if let deadline { options.timeout = deadline - .now() }
            let inbox = CallInbox()
            switch connection.open(path, options, observer: inbox) {
            case .success(let call):
                inbox.call = call
                return GRPCCall(inbox: inbox, executor: executor)
            case .failure: connection.retire()
            }
        }
    }

    /// Makes a unary call.
    ///
    /// A call that the server is known not to have looked at is made again, once: gRPC A6, "Transparent Retries".
    package func unary(
        _ path: String, _ request: [UInt8], _ options: CallOptions = CallOptions(), compressed: Bool = false
    ) async throws(CallEnd) -> GRPCReply {
        do throws(CallEnd) {
            return try await attempt(path, request, options, compressed)
        } catch  where error.isUnprocessed {
            return try await attempt(path, request, options, compressed)
        } catch {
            throw error
        }
    }

    private func attempt(
        _ path: String, _ request: [UInt8], _ options: CallOptions, _ compressed: Bool
    ) async throws(CallEnd) -> GRPCReply {
        let call = try await call(path, options)
        try await call.send(request, compressed: compressed)
        await call.sendEnd()
        guard let message = try await call.next() else {
            throw CallEnd(status: GRPCStatus(.internalError, "the status is OK, but no message came"))
        }
        guard try await call.next() == nil else {
            await call.cancel()
            throw CallEnd(
                status: GRPCStatus(.internalError, "a unary call is answered with one message, and more came"))
        }
        return GRPCReply(
            message: message, initialMetadata: await call.initialMetadata ?? Metadata(),
            trailingMetadata: await call.end?.trailingMetadata ?? Metadata())
    }

    // MARK: Connections

    /// A connection that takes calls; dials when there is none and the time for it has come.
    private func connected(
        _ options: CallOptions, _ deadline: NIODeadline?
    ) async throws(CallEnd) -> GRPCChannelHandler {
        while true {
            if let connection, connection.takesCalls { return connection }
            if isDialing {
                await withUnsafeContinuation { waiters.append($0) }
                continue
            }
            if Task.isCancelled { throw CallEnd(status: GRPCStatus(.cancelled, "the call was cancelled")) }
            let now = NIODeadline.now()
            if let deadline, now >= deadline {
                throw CallEnd(
                    status: GRPCStatus(.deadlineExceeded, "no connection within the deadline: \(lastFailure)"))
            }
            guard now >= backoff.nextAttempt else {
                guard options.waitsForReady else { throw unavailable }
                await sleep(until: min(backoff.nextAttempt, deadline ?? .distantFuture))
                continue
            }
            await dial()
            if connection?.takesCalls != true && !options.waitsForReady { throw unavailable }
        }
    }

    private var unavailable: CallEnd {
        CallEnd(status: GRPCStatus(.unavailable, lastFailure), isUnprocessed: false)
    }

    private func dial() async {
        isDialing = true
        if let connection { retiring.append(connection) }
        retiring.removeAll { $0.isClosed }
        connection = nil
        let (endpoint, maxMessageBytes, keepAlive) = (endpoint, options.maxMessageBytes, options.keepAlive)
        do {
            var tls = options.tls
            tls?.applicationProtocols = ["h2"]
            let context = if let tls { try TLSContext(tls, host: endpoint.serverName) } else { nil as TLSContext? }
            let (scheme, timeout) = (tls == nil ? "http" : "https", options.connectTimeout)
            let (handler, secured) = try await ClientBootstrap(group: executor.eventLoop)
                .connect(to: endpoint, within: options.connectTimeout, on: executor.eventLoop) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let secured = try context?.add(to: channel, timeout: timeout)
                        let handler = GRPCChannelHandler(
                            engine: CallEngine(
                                authority: endpoint.authority, maxMessageBytes: maxMessageBytes, scheme: scheme,
                                keepAlive: keepAlive))
                        try channel.pipeline.syncOperations.addHandler(handler)
                        return (handler, secured)
                    }
                }
                .get()
            try await secured?.get()
            if let failure = await handler.waitUntilReady(timeout: options.connectTimeout) {
                lastFailure = "\(endpoint): \(failure)"
                backoff.failed(at: .now())
            } else {
                connection = handler
                backoff.succeeded()
            }
        } catch {
            lastFailure = "cannot reach \(endpoint): \(describe(error))"
            backoff.failed(at: .now())
        }
        isDialing = false
        for waiter in waiters { waiter.resume() }
        waiters.removeAll()
    }

    private func sleep(until deadline: NIODeadline) async {
        try? await executor.eventLoop.scheduleTask(deadline: deadline) {}.futureResult.get()
    }

    /// Ends all calls and closes the connections.
    func close() async {
        if let connection { retiring.append(connection) }
        connection = nil
        for handler in retiring { await handler.close() }
        retiring.removeAll()
    }
}

/// The answer to a unary call.
package struct GRPCReply: Sendable, Equatable {
    package var message: ReceivedCallMessage
    package var initialMetadata: Metadata
    package var trailingMetadata: Metadata
}

/// Lends a channel to `endpoint`; it connects when its first call is made, and is closed when `body` ends.
package func withGRPCChannel<R: Sendable>(
    to endpoint: Endpoint, options: GRPCChannel.Options = GRPCChannel.Options(),
    _ body: (GRPCChannel) async throws -> R
) async throws -> R {
    let channel = GRPCChannel(to: endpoint, options: options)
    do {
        let result = try await body(channel)
        await channel.close()
        return result
    } catch {
        await channel.close()
        throw error
    }
}
