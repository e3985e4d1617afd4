import NIOCore
import NIOPosix

/// Those sockets of the servers whose engines are about to read what takes long: one after the other, on a thread beside the
/// event loop, which looks after everybody else meanwhile.
///
/// Confined to the event loop. An engine that waits here is still its socket's, which may end and forget it; only the one that
/// reads is away.
final class LongTurnQueue: @unchecked Sendable {
    // Unchecked: confined to the event loop; the thread only hands it back there.

    /// Made with the first turn; each loop has its own, and lives as long as the process.
    private lazy var thread: NIOThreadPool = {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        return thread
    }()

    private var waiting = CircularBuffer<ServerSocketHandler>()
    private var isAtWork = false

    /// Gives `socket` a turn, behind those that wait; a message broker's goes first.
    ///
    /// Everybody's messages are behind the large one on that connection, and nobody's but its own on another.
    func add(_ socket: ServerSocketHandler, on eventLoop: any EventLoop) {
        if socket.isDialed { waiting.prepend(socket) } else { waiting.append(socket) }
        runNext(on: eventLoop)
    }

    private func runNext(on eventLoop: any EventLoop) {
        while !isAtWork, let socket = waiting.popFirst() {
            guard let turn = socket.beginLongTurn() else { continue }
            isAtWork = true
            thread.submit { _ in
                turn.run()
                eventLoop.execute {
                    self.isAtWork = false
                    socket.endLongTurn(turn)
                    self.runNext(on: eventLoop)
                }
            }
        }
    }
}
