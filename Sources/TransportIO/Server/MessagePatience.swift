/// The time that a message under way has left: some seconds, and a second more for each KiB that comes, up to as many again.
///
/// So what is sent at 1 KiB/s or faster always has its time, however long the message is, and one that stands still ends.
package struct MessagePatience {
    private static let bytesPerSecond = 1024

    /// nil where no message is under way.
    private var secondsLeft: Int?
    /// Bytes that have not given a second yet.
    private var bytes = 0

    /// Creates a patience that has not begun.
    package init() {}

    /// No message is under way.
    package mutating func reset() {
        secondsLeft = nil
        bytes = 0
    }

    /// A second has passed with a message under way.
    /// - Parameter received: the bytes that have come since this was called last.
    /// - Returns: whether the message has had its time.
    package mutating func isOver(afterReceiving received: Int, limit: Int) -> Bool {
        let credit = secondsLeft == nil ? 0 : bytes + received
        bytes = credit % Self.bytesPerSecond
        let left = min((secondsLeft ?? limit) + credit / Self.bytesPerSecond - 1, limit)
        secondsLeft = left
        return left < 0
    }
}
