import NIOCore
import NIOPosix
import Synchronization

/// The event loops that the servers of a process deal their connections out to: one engine of I/O for every row of the report.
///
/// A connection stays with its loop. The loops get them in turn, of TCP as of Unix domain sockets. The kernel would spread those
/// of TCP alone (`SO_REUSEPORT`, socket(7)), by a hash that gives one of two loops both of two connections every other time;
/// those that wait at a listener that is closed would be reset, and another process could listen at the same address unnoticed.
/// Dealing costs a connection two tasks once, and an entry nothing.
final class ServerLoops: Sendable {
    private static let made = Mutex<[Int: ServerLoops]>([:])

    /// So many loops, at least one: the same ones for all that have the same number.
    static func shared(_ count: Int) -> ServerLoops {
        made.withLock { made in
            let loops = made[count] ?? ServerLoops(max(count, 1))
            made[count] = loops
            return loops
        }
    }

    let all: [ServerLoop]
    /// Where all servers' listeners are.
    ///
    /// One loop accepts what it serves; several have one beside them that does nothing else, so that whatever one of them is busy
    /// with, the others get connections.
    let acceptor: any EventLoop
    /// The loops as what NIO takes connections in turn from.
    let group: MultiThreadedEventLoopGroup

    private init(_ count: Int) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        all = group.makeIterator().enumerated().map { ServerLoop($1, number: $0) }
        acceptor = count == 1 ? all[0].eventLoop : MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    }

    var first: ServerLoop { all[0] }
}
