import Broker
import CLinux
import Foundation
import Glibc

/// The loop of a link: reads what has come, hands on what is due, and waits for the next of either.
struct RelayLoop {
    /// How long before a packet is due it stops sleeping, in nanoseconds, at least and at most.
    ///
    /// As late as sleepers wake, which is later the longer a core has slept: it is learnt.
    private static let spins: ClosedRange<UInt64> = 20_000...250_000
    /// How many turns it takes without a look at its orders.
    private static let mostTurns = 64

    private var ways: [RelayWay]
    private var waited: [pollfd]
    private let account: (LinkAccount) -> Void
    private var lines = OrderLines()
    /// Of the packets of all ways.
    private let lateness: Lateness
    private var spin = Self.spins.lowerBound
    private var began = MonotonicClock.now
    private var cpuBefore = MonotonicClock.threadCPUTime
    private var isOver = false

    /// - Parameters:
    ///   - stop: a descriptor that ends it when there is something to read.
    ///   - orders: see ``LinkRelay/run(orders:ready:account:)``.
    init(
        ways: [RelayWay], _ lateness: Lateness, stop: Int32, orders: Int32, account: @escaping (LinkAccount) -> Void
    ) {
        self.ways = ways
        self.lateness = lateness
        self.account = account
        waited = (ways.map(\.source.tun) + [orders, stop]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }

    /// Carries packets until it is stopped, or its orders end.
    mutating func run() throws(LinkError) {
        var turns = 0
        while !isOver {
            var isMore = false
            var next: UInt64?
            for index in ways.indices {
                if ways[index].receive() { isMore = true }
                ways[index].send()
                if let due = ways[index].nextDue { next = min(due, next ?? due) }
            }
            turns += 1
            let now = MonotonicClock.now
            let isNear = isMore || next.map { $0 <= now + spin } ?? false
            guard !isNear || turns >= Self.mostTurns else { continue }
            turns = 0
            // A little before it is due, as waking up takes a while.
            let end = isNear ? nil : next.map { $0 - spin }
            try wait(isNear ? 0 : end.map { Int64($0 - now) } ?? -1)
            if let end { learn(wakingAt: end) }
        }
        account(try ended(seed: 0))
    }

    /// Learns from a sleep that was to end then, or before if a packet came: at once where it was longer, slowly where it was not.
    private mutating func learn(wakingAt end: UInt64) {
        let now = MonotonicClock.now
        guard now > end else { return }
        let late = min(now - end, Self.spins.upperBound)
        spin = max(late > spin ? late : spin - (spin - late) / 16, Self.spins.lowerBound)
    }

    /// Waits for packets and for orders, for as many nanoseconds; for as long as it takes where they are less than none.
    private mutating func wait(_ nanoseconds: Int64) throws(LinkError) {
        let found = clinux_poll(&waited, UInt32(waited.count), nanoseconds)
        guard found != -EINTR else { return }
        guard try LinkError.check(found, "cannot wait for packets") > 0 else { return }
        if waited[ways.count + 1].revents != 0 { isOver = true }
        guard waited[ways.count].revents != 0 else { return }
        guard let orders = lines.read(from: waited[ways.count].fd) else {
            // Whoever started it has gone.
            isOver = true
            return
        }
        for order in orders {
            if let losesAll = order.losesAll {
                for index in ways.indices { ways[index].losesAll = losesAll }
            }
            if let seed = order.seed { account(try ended(seed: seed)) }
        }
    }

    /// Ends an account, and begins another one.
    private mutating func ended(seed: UInt64) throws(LinkError) -> LinkAccount {
        let (now, cpu) = (MonotonicClock.now, MonotonicClock.threadCPUTime)
        var account = LinkAccount()
        account.elapsedUs = Double(now - began) / 1000
        account.cpuUs = Double(cpu - cpuBefore) / 1000
        (account.latenessP50Us, account.latenessP99Us) = lateness.take()
        account.toLogger = try ways[0].turn(seed: seed)
        account.toBroker = try ways[1].turn(seed: ~seed)
        // What the account itself took is in none.
        (began, cpuBefore) = (MonotonicClock.now, MonotonicClock.threadCPUTime)
        return account
    }
}

/// The orders that come as lines.
private struct OrderLines {
    /// An order has a few dozen bytes; more without an end of line is none.
    private static let longest = 4096
    private var rest: [UInt8] = []

    /// Those that are whole by now, without what is no order; nil where no more will come.
    mutating func read(from descriptor: Int32) -> [LinkOrder]? {
        var bytes = [UInt8](repeating: 0, count: Self.longest)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return count < 0 && errno == EINTR ? [] : nil }
        rest += bytes[..<count]
        let lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        rest = Array((lines.last ?? []).suffix(Self.longest))
        return lines.dropLast().compactMap { try? JSONDecoder().decode(LinkOrder.self, from: Data($0)) }
    }
}
