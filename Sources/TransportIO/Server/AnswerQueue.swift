import NIOCore
import Synchronization

/// The sockets of an event loop that have entries to answer whose fate was told on another thread.
///
/// A store tells those of a commit one after the other, of as many sockets: all of them cost the event loop one task.
final class AnswerQueue: Sendable {
    private let waiting = Mutex<[ServerSocketHandler]>([])

    /// Has `socket` answer soon; from any thread.
    func add(_ socket: ServerSocketHandler, on eventLoop: any EventLoop) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(socket)
            return waiting.count == 1
        }
        if isFirst { eventLoop.execute { self.run() } }
    }

    private func run() {
        let sockets = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for socket in sockets { socket.answer() }
    }
}
