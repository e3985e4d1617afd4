import Broker
import NIOCore

/// The sockets of a listener that one event loop has, and that are open.
struct LoopSockets: Sendable {
    let loop: ServerLoop
    /// Where the entries that come on them go.
    let recorder: any EntryRecorder
    private let open: NIOLoopBoundBox<ServerSockets>

    init(on loop: ServerLoop, recorder: any EntryRecorder) {
        self.loop = loop
        self.recorder = recorder.recorder(forLoop: loop.number)
        open = NIOLoopBoundBox.makeBoxSendingValue(ServerSockets(), eventLoop: loop.eventLoop)
    }

    /// On the event loop.
    func insert(_ handler: ServerSocketHandler) {
        open.value.insert(handler)
    }

    /// On the event loop.
    func remove(_ handler: ServerSocketHandler) {
        open.value.remove(handler)
    }

    /// Ends all of them gracefully, and those that come late; returns when there is none any more.
    func drain() async {
        await withUnsafeContinuation { (drained: UnsafeContinuation<Void, Never>) in
            loop.eventLoop.execute { open.value.drain { drained.resume() } }
        }
    }
}

/// Sockets that are open, confined to their event loop.
private final class ServerSockets {
    private var open: [ObjectIdentifier: ServerSocketHandler] = [:]
    private var drained: (() -> Void)?

    func insert(_ handler: ServerSocketHandler) {
        open[ObjectIdentifier(handler)] = handler
        if drained != nil { handler.drain() }
    }

    func remove(_ handler: ServerSocketHandler) {
        open[ObjectIdentifier(handler)] = nil
        if open.isEmpty, let drained = drained.take() { drained() }
    }

    func drain(_ drained: @escaping () -> Void) {
        guard !open.isEmpty else { return drained() }
        self.drained = drained
        let handlers = Array(open.values)
        for handler in handlers { handler.drain() }
    }
}
