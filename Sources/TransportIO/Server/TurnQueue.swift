import NIOCore

/// Those sockets of the servers whose engines have left off, each of which goes on in its turn.
///
/// However many they are, the event loop looks after everybody else's sockets at least every ``slice``.
final class TurnQueue {
    /// The time that turns may take at once.
    private static let slice = TimeAmount.milliseconds(1)
    /// Until the event loop has looked at its sockets; what it is given to do at once would come before that.
    private static let pause = TimeAmount.microseconds(20)

    private var waiting = CircularBuffer<ServerSocketHandler>()
    private var isScheduled = false

    /// Gives `socket` a turn.
    func add(_ socket: ServerSocketHandler, on eventLoop: any EventLoop) {
        waiting.append(socket)
        schedule(on: eventLoop)
    }

    private func schedule(on eventLoop: any EventLoop) {
        guard !isScheduled else { return }
        isScheduled = true
        let queue = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.pause) { queue.value.run(on: queue.eventLoop) }
    }

    private func run(on eventLoop: any EventLoop) {
        let end = NIODeadline.now() + Self.slice
        // Those that leave off again wait for the next time.
        for _ in 0..<waiting.count {
            guard let socket = waiting.popFirst() else { break }
            socket.takeTurn()
            if NIODeadline.now() >= end { break }
        }
        isScheduled = false
        if !waiting.isEmpty { schedule(on: eventLoop) }
    }
}
