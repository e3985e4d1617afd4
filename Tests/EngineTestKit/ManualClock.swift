package import NIOCore
package import TransportIO

/// A clock that stands still unless it is told otherwise.
package final class ManualClock {
    /// The time.
    package var now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    package init() {}

    /// A loop of this clock; what is wanted at once is told, what is wanted later comes when time is let pass.
    package func loop(_ wanted: @escaping () -> Void) -> EngineLoop {
        EngineLoop(clock: { self.now }, wakeUp: { if $0 == nil { wanted() } })
    }
}
