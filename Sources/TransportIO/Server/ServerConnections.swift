import Broker
import NIOCore

/// The connections of all servers of this process, and what they take together.
final class ServerConnections: @unchecked Sendable {
    // Unchecked: confined to the one event loop that all servers share.
    static let shared = ServerConnections()

    /// The largest default of ``ServerLimits/maxConnections``.
    private static let maxDefault = 16 * 1024
    /// The file descriptors that are kept for everything else.
    private static let reserve = 32
    /// Something that goes on happening is said so often.
    private static let noticeInterval = TimeAmount.minutes(1)

    let turns = TurnQueue()
    let longTurns = LongTurnQueue()
    private var count = 0
    private var countByAddress: [String: Int] = [:]
    private var open: [ObjectIdentifier: ServerSocketHandler] = [:]
    /// What all connections hold of messages that have not all come and of answers that are not taken, in bytes.
    private(set) var heldBytes = 0
    private var lastNotices: [Notice: NIODeadline] = [:]

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

    /// Counts a connection that was accepted, until its channel is closed.
    /// - Throws: ``Refusal`` where it is one too many.
    func admit(_ channel: any Channel, _ bounds: Bounds, notice: (String) -> Void) throws(Refusal) {
        do throws(Refusal) {
            try admit(channel, bounds)
        } catch {
            if isNews(error.notice) { notice(error.text) }
            throw error
        }
    }

    private func admit(_ channel: any Channel, _ bounds: Bounds) throws(Refusal) {
        guard count < bounds.all else {
            throw Refusal(
                notice: .connections,
                text: "a connection was refused: \(count) are open, and the limit is \(bounds.all) (--max-connections)")
        }
        let address = ClientOrigin.of(channel)
        let there = countByAddress[address, default: 0]
        guard there < bounds.perAddress else {
            throw Refusal(
                notice: .connectionsPerAddress,
                text: "a connection from \(address) was refused: \(there) are open, and the limit for one address is "
                    + "\(bounds.perAddress) (--max-connections-per-address)")
        }
        count += 1
        countByAddress[address] = there + 1
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.left(address) }
    }

    private func left(_ address: String) {
        count -= 1
        guard let there = countByAddress[address] else { return }
        countByAddress[address] = there > 1 ? there - 1 : nil
    }

    /// Whether something is to be said that was not said a short time ago.
    func isNews(_ notice: Notice) -> Bool {
        let now = NIODeadline.now()
        if let last = lastNotices[notice], now - last < Self.noticeInterval { return false }
        lastNotices[notice] = now
        return true
    }

    // MARK: Memory

    func insert(_ socket: ServerSocketHandler) {
        open[ObjectIdentifier(socket)] = socket
    }

    func remove(_ socket: ServerSocketHandler) {
        open[ObjectIdentifier(socket)] = nil
    }

    /// A socket holds so many bytes more than before, or less.
    func holds(_ difference: Int, atMost maxBytes: Int) {
        heldBytes += difference
        if difference > 0 && heldBytes > maxBytes { endLargest(maxBytes) }
    }

    /// Ends the connections that hold the most until the others hold no more than they may.
    private func endLargest(_ maxBytes: Int) {
        while heldBytes > maxBytes, let largest = open.values.max(by: { $0.heldBytes < $1.heldBytes }),
            largest.heldBytes > 0
        {
            largest.end(.tooMuchHeld(maxBytes: maxBytes))
        }
    }
}
