package import GRPCTransport
import NIOCore
import TransportIO

/// A message as a client has received it.
package struct ReceivedCallMessage: Sendable, Equatable {
    package var bytes: [UInt8]
    /// Whether it came compressed.
    package var wasCompressed: Bool
}

/// A call of any kind, as the task sees it that made it.
///
/// When a task that waits in one of its functions is cancelled, so is the call.
package actor GRPCCall {
    private let inbox: CallInbox
    private nonisolated let executor: EventLoopExecutor

    init(inbox: CallInbox, executor: EventLoopExecutor) {
        self.inbox = inbox
        self.executor = executor
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What the server has sent in front of its messages, if it has.
    package var initialMetadata: Metadata? { inbox.initialMetadata }

    /// How the call has ended, if it has.
    package var end: CallEnd? { inbox.end }

    /// Sends a message; waits while too much waits to be sent.
    /// - Throws: how the call has ended; OK when the server wants no more messages.
    package func send(_ message: [UInt8], compressed: Bool = false) async throws(CallEnd) {
        let isDone = { [inbox] in inbox.end != nil || inbox.call?.canSend != false }
        while !isDone() {
            await wait(unless: isDone) { inbox.sender = $0 }
        }
        if let end = inbox.end { throw end }
        inbox.call?.send(message, compressed: compressed)
    }

    /// Says that no more messages come.
    package func sendEnd() {
        inbox.call?.sendEnd()
    }

    /// The next message; nil when the server has ended the call with OK.
    /// - Throws: how the call has ended otherwise.
    package func next() async throws(CallEnd) -> ReceivedCallMessage? {
        let isDone = { [inbox] in !inbox.messages.isEmpty || inbox.end != nil }
        while !isDone() {
            await wait(unless: isDone) { inbox.reader = $0 }
        }
        if let message = inbox.takeMessage() { return message }
        if let end = inbox.end, end.status.code != .ok { throw end }
        return nil
    }

    /// Waits for the server's initial metadata.
    /// - Throws: how the call has ended, if there is none.
    package func waitForInitialMetadata() async throws(CallEnd) -> Metadata {
        let isDone = { [inbox] in inbox.initialMetadata != nil || inbox.end != nil }
        while !isDone() {
            await wait(unless: isDone) { inbox.reader = $0 }
        }
        if let metadata = inbox.initialMetadata { return metadata }
        throw inbox.end ?? CallEnd(status: GRPCStatus(.unknown))
    }

    /// Gives the call up.
    package func cancel() {
        inbox.call?.cancel()
    }

    /// Waits until the inbox has news, unless it has by now.
    private func wait(
        unless isDone: () -> Bool, _ store: (UnsafeContinuation<Void, Never>) -> Void
    ) async {
        let (inbox, eventLoop) = (inbox, executor.eventLoop)
        await withTaskCancellationHandler {
            await self.suspend(unless: isDone, store)
        } onCancel: {
            eventLoop.execute { inbox.call?.cancel() }
        }
    }

    /// Looks again: what runs between a look and this function may have left the event loop.
    private func suspend(
        unless isDone: () -> Bool, _ store: (UnsafeContinuation<Void, Never>) -> Void
    ) async {
        if Task.isCancelled { inbox.call?.cancel() }
        await withUnsafeContinuation { continuation in
            if isDone() { continuation.resume() } else { store(continuation) }
        }
    }
}

/// What has come for a call and was not taken.
///
/// Unchecked: touched on the event loop of the call's connection only.
final class CallInbox: ClientCallObserver, @unchecked Sendable {
    /// So many bytes are taken before the reader has to.
    private static let maxBytes = 256 * 1024

    var call: OutgoingCall?
    var reader: UnsafeContinuation<Void, Never>?
    var sender: UnsafeContinuation<Void, Never>?
    private(set) var messages = CircularBuffer<ReceivedCallMessage>()
    private(set) var initialMetadata: Metadata?
    private(set) var end: CallEnd?
    private var bytes = 0

    var isReading: Bool { bytes < Self.maxBytes }

    func takeMessage() -> ReceivedCallMessage? {
        guard let message = messages.popFirst() else { return nil }
        bytes -= message.bytes.count
        if isReading { call?.resumeReading() }
        return message
    }

    func received(_ initialMetadata: Metadata) {
        self.initialMetadata = initialMetadata
        reader.take()?.resume()
    }

    func received(_ message: RawSpan, wasCompressed: Bool) {
        let copy = message.withUnsafeBytes { Array($0) }
        bytes += copy.count
        messages.append(ReceivedCallMessage(bytes: copy, wasCompressed: wasCompressed))
        reader.take()?.resume()
    }

    func canSend() {
        sender.take()?.resume()
    }

    func ended(_ end: CallEnd) {
        self.end = end
        reader.take()?.resume()
        sender.take()?.resume()
    }
}
