import Broker
import Glibc
import Synchronization

/// Resets all connections to a target once, a while after the load over them has begun.
final class ConnectionCut: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        var event: FaultEvent?
    }

    private let delay: Duration
    private let port: Int?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - delay: how long after the beginning.
    ///   - port: that of the target; nil for one without, of which no connection is found.
    init(after delay: Duration, toPort port: Int?) {
        (self.delay, self.port) = (delay, port)
    }

    /// The load begins.
    func begin() {
        let task = Task { @concurrent in
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            let began = MonotonicClock.now
            let count = port.map(Self.reset(toPort:)) ?? 0
            let event = FaultEvent(began: began, ended: MonotonicClock.now, connections: UInt64(count))
            state.withLock { $0.event = event }
        }
        state.withLock { $0.task = task }
    }

    /// The load has ended.
    /// - Returns: when the connections were reset; nil where they were not.
    func end() -> FaultEvent? {
        state.withLock { state in
            state.task?.cancel()
            return state.event
        }
    }

    /// Resets all connections of this process to that port: its sockets are told, and so is whoever is at their other ends.
    /// - Returns: how many there were.
    static func reset(toPort port: Int) -> Int {
        WireBytes.descriptors().count { WireBytes.peerPort(of: $0) == port && reset($0) }
    }

    /// connect(2): an address of the family AF_UNSPEC dissolves a connection, for which Linux sends a reset (RST).
    private static func reset(_ descriptor: Int32) -> Bool {
        var nowhere = sockaddr()
        nowhere.sa_family = sa_family_t(AF_UNSPEC)
        return connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size)) == 0
    }
}
