import Dispatch

/// When something that may take several steps has to be done.
struct Deadline: Sendable {
    /// The time for all of it.
    let duration: Duration
    private let end: ContinuousClock.Instant

    init(in duration: Duration) {
        self.duration = duration
        end = .now + duration
    }

    /// How much is left of the time; nothing once it is over.
    var left: Duration { max(.zero, end - .now) }

    var dispatchTime: DispatchTime {
        let (seconds, attoseconds) = left.components
        return .now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
    }
}
