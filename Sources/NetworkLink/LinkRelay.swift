package import BenchmarkResults
import Broker
import CLinux
import Foundation
import Glibc

/// A link that runs: two ends, and what carries packets between them on a thread of its own.
///
/// It never holds a sender up except as a network does, by losing packets and by handing them on late. What it keeps, devices and
/// namespaces, has no name and is gone with its process, however that ends.
package final class LinkRelay: Sendable {
    private let properties: LinkProperties
    private let seed: UInt64
    /// A pipe, through which it is told to stop.
    private let stopReader: Int32
    private let stopWriter: Int32

    /// A link that does not run yet.
    /// - Throws: ``LinkError``.
    package init(_ properties: LinkProperties, seed: UInt64) throws(LinkError) {
        self.properties = properties
        self.seed = seed
        var ends: [Int32] = [0, 0]
        if pipe(&ends) != 0 { throw LinkError("cannot make a pipe", errno) }
        (stopReader, stopWriter) = (ends[0], ends[1])
    }

    deinit {
        close(stopReader)
        close(stopWriter)
    }

    /// Makes the ends and carries packets until it is stopped, or `orders` ends.
    /// - Parameters:
    ///   - orders: a descriptor on which each line is a ``LinkOrder``.
    ///   - ready: told how to enter the ends, when it carries packets.
    ///   - account: told each account when it ends, the last one, too.
    /// - Throws: ``LinkError`` that says what could not be made.
    package func run(
        orders: Int32, ready: @escaping @Sendable (LinkEnds) -> Void,
        account: @escaping @Sendable (LinkAccount) -> Void
    ) async throws(LinkError) {
        let result: Result<Void, LinkError> = await withCheckedContinuation { continuation in
            // Namespaces are of a thread: that of the caller stays where it is.
            Thread.detachNewThread { [self] in
                continuation.resume(returning: Result { () throws(LinkError) in try carry(orders, ready, account) })
            }
        }
        try result.get()
    }

    /// Has ``run(orders:ready:account:)`` end.
    package func stop() {
        _ = write(stopWriter, [UInt8(0)], 1)
    }

    private func carry(
        _ orders: Int32, _ ready: (LinkEnds) -> Void, _ account: @escaping (LinkAccount) -> Void
    ) throws(LinkError) {
        // Where who asks is; the thread is elsewhere from now on.
        let (sockets, brokerSockets) = (try EndSockets.Listener(), try EndSockets.Listener())
        let broker = try LinkEnd(host: 1, mtu: properties.mtu)
        // A thread is in the network namespace of the one that starts it: now the broker's.
        Thread.detachNewThread { brokerSockets.serve() }
        let logger = try LinkEnd(host: 2, mtu: properties.mtu)
        // And now the logger's.
        Thread.detachNewThread { sockets.serve() }
        RelayThread.makePrompt()
        let lateness = Lateness()
        var loop = RelayLoop(
            ways: [
                RelayWay(from: broker, to: logger, LinkWay(properties, seed: seed), longest: properties.mtu, lateness),
                RelayWay(from: logger, to: broker, LinkWay(properties, seed: ~seed), longest: properties.mtu, lateness),
            ], lateness, stop: stopReader, orders: orders, account: account)
        ready(
            LinkEnds(
                pid: getpid(), user: "/proc/\(getpid())/ns/user", broker: broker.namespace.path,
                logger: logger.namespace.path, brokerAddress: broker.addressText, loggerAddress: logger.addressText,
                sockets: sockets.name, brokerSockets: brokerSockets.name))
        try loop.run()
    }
}

/// What a link is told: a JSON object on a line of its standard input.
package struct LinkOrder: Sendable, Hashable, Codable {
    /// Begins another account, with loss and jitter drawn from that from now on; nil for going on with the one there is.
    package var seed: UInt64?
    /// Whether every packet that comes is lost from now on; nil leaves that as it is.
    package var losesAll: Bool?

    private enum CodingKeys: String, CodingKey {
        case seed
        case losesAll = "lose_all"
    }

    /// An order.
    package init(seed: UInt64? = nil, losesAll: Bool? = nil) {
        (self.seed, self.losesAll) = (seed, losesAll)
    }
}

/// The thread that carries packets.
private enum RelayThread {
    private typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    private static let setTimerSlack: Int32 = 29

    /// Has the kernel wake it at once, where that is allowed: as the interrupts of a network's hardware would come, whatever else
    /// there is to do.
    static func makePrompt() {
        var priority = sched_param()
        priority.sched_priority = 1
        // Only root may; without it, the link's own account says how late it is.
        pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority)
        // prctl(2), looked up by name because Swift does not import functions of variable arguments.
        let control = dlsym(nil, "prctl").map { unsafeBitCast($0, to: Control.self) }
        _ = control?(setTimerSlack, 1, 0, 0, 0)
    }
}
