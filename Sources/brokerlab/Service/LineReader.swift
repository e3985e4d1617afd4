import Broker
import Dispatch
import Glibc
import Synchronization

/// Standard input, line by line, read on a thread of its own: waiting for a slow writer holds up no event loop.
///
/// No more is read than is asked for, but for the rest of a chunk; and nothing once it was stopped. A line that is longer
/// than an entry may be is passed over without being kept.
final class LineReader: Sendable {
    /// What there is of the input.
    enum Next {
        /// A line, and how many were taken before it.
        case line(String, number: UInt64)
        case tooLong(number: UInt64)
        /// Nothing yet.
        case none
        case end
    }

    /// What is to be said of the input when all is done.
    struct Remarks: Sendable, Hashable {
        /// How many lines were taken.
        var taken: UInt64 = 0
        /// How many lines were not UTF-8.
        var notUTF8 = 0
        /// The first of them, counted from 1 on.
        var firstNotUTF8: UInt64 = 0
        /// How many lines were read and not taken.
        var left = 0
        /// Why reading failed.
        var failure: String?
    }

    private static let chunkBytes = 64 * 1024
    /// The longest line, without its line break.
    let maxLineBytes: Int
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "standard input")
    private let state = Mutex(State())

    private struct State {
        var text = LineBuffer()
        var isReading = false
        var isAtEnd = false
        var isStopped = false
        var remarks = Remarks()
        var waiters: [CheckedContinuation<Void, Never>] = []

        /// Whether there is nothing to wait for.
        var isOver: Bool { isStopped || isAtEnd }
    }

    init(descriptor: Int32 = STDIN_FILENO, maxLineBytes: Int = EntryLimits().maxEntryBytes) {
        (self.descriptor, self.maxLineBytes) = (descriptor, maxLineBytes)
    }

    /// What is to be said, as of now.
    var remarks: Remarks {
        state.withLock { state in
            var remarks = state.remarks
            remarks.left = state.text.lineCount
            return remarks
        }
    }

    /// Takes the next line, without its line break (LF or CR LF).
    /// - Parameter most: so many lines are taken in all, and whoever waits for one more does so no longer.
    func take(upTo most: UInt64 = .max) -> Next {
        let (next, isLast) = state.withLock { state -> (Next, Bool) in
            if state.isStopped || state.remarks.taken >= most { return (.end, false) }
            guard let line = state.text.next(atEnd: state.isAtEnd) else { return (state.isAtEnd ? .end : .none, false) }
            let number = state.remarks.taken
            state.remarks.taken += 1
            let isLast = state.remarks.taken == most
            guard line.count <= maxLineBytes else { return (.tooLong(number: number), isLast) }
            if let text = String(validating: line, as: UTF8.self) { return (.line(text, number: number), isLast) }
            if state.remarks.notUTF8 == 0 { state.remarks.firstNotUTF8 = number + 1 }
            state.remarks.notUTF8 += 1
            return (.line(String(decoding: line, as: UTF8.self), number: number), isLast)
        }
        if isLast { release() }
        return next
    }

    /// Whether there is no line to take any more, where so many are taken at most.
    func isAtEnd(of most: UInt64) -> Bool {
        state.withLock { state in
            state.isStopped || state.remarks.taken >= most
                || (state.isAtEnd && state.text.lineCount == 0)
        }
    }

    /// Has more read, and waits until there is a line, or there are no more.
    func wait() async {
        await withCheckedContinuation { continuation in
            let (isOver, isToRead) = state.withLock { state in
                if state.isOver || state.text.hasLine { return (true, false) }
                state.waiters.append(continuation)
                defer { state.isReading = true }
                return (false, !state.isReading)
            }
            if isOver { continuation.resume() }
            if isToRead { queue.async { self.read() } }
        }
    }

    /// Nobody waits any longer; what is read meanwhile is there for those who ask next.
    func release() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends it: nothing more is read, and nobody waits.
    func stop() {
        _ = change { state in
            state.isStopped = true
            return 0
        }
    }

    /// Reads until nobody waits any more.
    private func read() {
        var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
        var goesOn = true
        while goesOn {
            // What is read after the end would be lost.
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&wanted, 1, -1)
            if state.withLock({ $0.isStopped }) { return }
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            let failure = errno
            if count < 0, failure == EINTR || failure == EAGAIN { continue }
            goesOn = change { state in
                if count > 0 { return state.text.append(chunk[..<count], maxLineBytes: maxLineBytes) }
                if count < 0 { state.remarks.failure = String(cString: strerror(failure)).lowercased() }
                state.isAtEnd = true
                return 0
            }
        }
    }

    /// Changes the state, and resumes who waits: as many as there are new lines, or all when it is over.
    /// - Parameter body: returns the number of new lines.
    /// - Returns: Whether somebody still waits.
    private func change(_ body: (inout State) -> Int) -> Bool {
        let (resumed, isLeft) = state.withLock { state in
            let lines = body(&state)
            let resumed = Array(state.waiters.prefix(state.isOver ? .max : lines))
            state.waiters.removeFirst(resumed.count)
            state.isReading = !state.waiters.isEmpty
            return (resumed, state.isReading)
        }
        for waiter in resumed { waiter.resume() }
        return isLeft
    }
}
