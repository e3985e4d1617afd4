package import NIOCore
import Synchronization

/// How a client makes sure that its server is still there (gRPC, "Keepalive"; A8 for what a server may think of it).
package struct ClientKeepAlive: Sendable {
    /// A client asks no more often, as gRPC's own clients do (A8, "Client-side Keepalive").
    private static let leastInterval = TimeAmount.seconds(10)

    /// Without a byte from the server until it is sent a PING.
    let interval: KeepAliveInterval
    /// Until a byte has come behind the PING; else the connection is given up.
    let timeout: TimeAmount
    /// Whether the server is asked while no call is open.
    let permitsWithoutCalls: Bool

    /// - Parameter interval: at least 10 s, which is taken where it is less.
    package init(
        every interval: TimeAmount, timeout: TimeAmount = .seconds(20), permitsWithoutCalls: Bool = false
    ) {
        self.init(unbounded: max(interval, Self.leastInterval), timeout, permitsWithoutCalls)
    }

    /// The same without the lower bound.
    init(unbounded interval: TimeAmount, _ timeout: TimeAmount, _ permitsWithoutCalls: Bool) {
        self.interval = KeepAliveInterval(interval)
        self.timeout = timeout
        self.permitsWithoutCalls = permitsWithoutCalls
    }

    /// How often ``KeepAliveWatch/look(at:isBusy:)`` is to be called.
    var lookInterval: TimeAmount {
        min(.seconds(1), TimeAmount.nanoseconds(min(interval.value.nanoseconds, timeout.nanoseconds) / 2))
    }
}

/// The interval of all connections of a client: it outlives each of them.
final class KeepAliveInterval: Sendable {
    private let nanoseconds: Atomic<Int64>

    init(_ interval: TimeAmount) {
        nanoseconds = Atomic(interval.nanoseconds)
    }

    var value: TimeAmount { .nanoseconds(nanoseconds.load(ordering: .relaxed)) }

    /// The server has ended a connection because of too many PINGs: A8 asks for half as many from now on.
    func double() {
        let value = nanoseconds.load(ordering: .relaxed)
        nanoseconds.store(value.multipliedReportingOverflow(by: 2).overflow ? value : value * 2, ordering: .relaxed)
    }
}

/// What one connection has heard from its server, looked at once in a while.
struct KeepAliveWatch {
    /// What is to be done.
    enum Finding: Equatable {
        /// Send a PING.
        case ask
        /// Give the connection up.
        case giveUp
    }

    let rules: ClientKeepAlive
    /// Whether a byte came since the last look.
    var hasReceived = true
    private var lastReceived = NIODeadline.uptimeNanoseconds(0)
    private var asked: NIODeadline?

    init(_ rules: ClientKeepAlive) {
        self.rules = rules
    }

    /// Judges the connection.
    /// - Parameter isBusy: whether a call is open.
    mutating func look(at now: NIODeadline, isBusy: Bool) -> Finding? {
        if hasReceived { (hasReceived, lastReceived, asked) = (false, now, nil) }
        if let asked { return now - asked < rules.timeout ? nil : .giveUp }
        guard isBusy || rules.permitsWithoutCalls else {
            // The time without calls does not count.
            lastReceived = now
            return nil
        }
        guard now - lastReceived >= rules.interval.value else { return nil }
        asked = now
        return .ask
    }
}
