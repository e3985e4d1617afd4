import Broker
import NIOCore
import Synchronization

/// The connections of all servers of this process that take entries, on whatever event loop, and what they take together; another
/// server can have an account of its own.
package final class ServerConnections: Sendable {
    /// Those of the servers that take entries.
    package static let shared = ServerConnections()

    /// The largest default of ``ServerLimits/maxConnections``.
    private static let maxDefault = 16 * 1024
    /// The file descriptors that are kept for everything else.
    private static let reserve = 32
    /// Something that goes on happening is said so often.
    private static let noticeInterval = TimeAmount.minutes(1)

    private struct State {
        var count = 0
        var countByOrigin: [String: Int] = [:]
        var open: [ObjectIdentifier: Open] = [:]
        var lastNotices: [Notice: NIODeadline] = [:]

        mutating func admit(_ origin: String, _ bounds: Bounds) throws(Refusal) {
            let there = countByOrigin[origin, default: 0]
            guard there < bounds.perAddress else {
                throw Refusal(
                    notice: .connectionsPerAddress,
                    text: "a connection from \(origin) was refused: \(there) are open, and the limit for one address "
                        + "is \(bounds.perAddress) (--max-connections-per-address)")
            }
            guard count < bounds.all else {
                throw Refusal(
                    notice: .connections,
                    text: "a connection was refused: \(count) are open, and the limit is \(bounds.all) "
                        + "(--max-connections)")
            }
            count += 1
            countByOrigin[origin] = there + 1
        }

        mutating func left(_ origin: String) {
            count -= 1
            let there = countByOrigin[origin, default: 1]
            countByOrigin[origin] = there > 1 ? there - 1 : nil
        }
    }

    private struct Open {
        let socket: ServerSocketHandler
        /// Whether it was chosen to be closed, which its own loop does.
        var isEnding = false
    }

    /// Taken when a connection comes, goes, or has to go; not for an entry.
    private let state = Mutex(State())
    private let held = Atomic(0)

    /// Creates an account without connections.
    package init() {}

    /// How many are open.
    package var openCount: Int { state.withLock { $0.count } }

    /// What all connections hold of messages that have not all come and of answers that are not taken, in bytes.
    var heldBytes: Int { held.load(ordering: .relaxed) }

    /// What an operator is told of.
    enum Notice {
        case connections
        case connectionsPerAddress
        case descriptors
        case heldBytes
    }

    /// How many connections there may be.
    struct Bounds {
        var all: Int
        var perAddress: Int

        init(_ limits: ServerLimits) {
            all = limits.maxConnections ?? ServerConnections.defaultMaxConnections
            perAddress = limits.maxConnectionsPerAddress ?? max(all * 3 / 4, 1)
        }
    }

    private static var defaultMaxConnections: Int {
        min(maxDefault, max(FileDescriptors.limit - FileDescriptors.inUse - reserve, 1))
    }

    /// Why a connection is closed as soon as it is accepted.
    struct Refusal: Error {
        var notice: Notice
        var text: String
    }

    // MARK: Connections

    /// Counts a connection, on whatever loop, until its channel is closed.
    /// - Parameter origin: where it comes from (``ClientOrigin``).
    /// - Throws: ``Refusal`` where it is one too many.
    func admit(
        _ channel: any Channel, from origin: String, _ bounds: Bounds, notice: (String) -> Void
    ) throws(Refusal) {
        do throws(Refusal) {
            try state.withLock { state throws(Refusal) in try state.admit(origin, bounds) }
        } catch {
            if isNews(error.notice) { notice(error.text) }
            throw error
        }
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.left(origin) } }
    }

    /// Whether something is to be said that was not said a short time ago.
    func isNews(_ notice: Notice) -> Bool {
        let now = NIODeadline.now()
        return state.withLock { state in
            if let last = state.lastNotices[notice], now - last < Self.noticeInterval { return false }
            state.lastNotices[notice] = now
            return true
        }
    }

    // MARK: Memory

    func insert(_ socket: ServerSocketHandler) {
        state.withLock { $0.open[ObjectIdentifier(socket)] = Open(socket: socket) }
    }

    func remove(_ socket: ServerSocketHandler) {
        state.withLock { $0.open[ObjectIdentifier(socket)] = nil }
    }

    /// A socket holds so many bytes more than before, or less.
    func holds(_ difference: Int, atMost maxBytes: Int) {
        let bytes = held.wrappingAdd(difference, ordering: .relaxed).newValue
        if difference > 0 && bytes > maxBytes { endLargest(maxBytes) }
    }

    /// Ends the connections that hold the most until the others hold no more than they may; those of another loop when that
    /// comes to it.
    private func endLargest(_ maxBytes: Int) {
        while let largest = takeLargest(maxBytes) {
            let eventLoop = largest.loop.eventLoop
            if eventLoop.inEventLoop {
                largest.end(.tooMuchHeld(maxBytes: maxBytes))
            } else {
                eventLoop.execute { largest.end(.tooMuchHeld(maxBytes: maxBytes)) }
            }
        }
    }

    /// Chooses the connection that holds the most, where all that are not to be closed yet hold too much.
    private func takeLargest(_ maxBytes: Int) -> ServerSocketHandler? {
        state.withLock { state in
            var (all, largest) = (0, (key: ObjectIdentifier?.none, bytes: 0))
            for (key, open) in state.open where !open.isEnding {
                let bytes = open.socket.heldBytes
                all += bytes
                if bytes > largest.bytes { largest = (key, bytes) }
            }
            guard all > maxBytes, let key = largest.key else { return nil }
            state.open[key]?.isEnding = true
            return state.open[key]?.socket
        }
    }
}
