import Glibc

/// How late the kernel may wake this thread: 50 us unless it is told otherwise (prctl(2), PR_SET_TIMERSLACK).
enum TimerSlack {
    private typealias Function = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    /// Looked up by name, because Swift does not import functions of variable arguments.
    private static let prctl = dlsym(nil, "prctl").map { unsafeBitCast($0, to: Function.self) }
    private static let setTimerSlack: Int32 = 29

    /// Asks for a microsecond at most, for the calling thread: the event loop of an open load.
    static func makeFine() {
        _ = prctl?(setTimerSlack, 1000, 0, 0, 0)
    }
}
