/// How a server's peer has used its time, looked at once a second.
struct PeerWatch {
    enum Finding: Equatable {
        /// Nothing has been under way for so long that the connection is to be ended gracefully.
        case idle
        /// The connection is to be closed.
        case over(ConnectionEnd)
    }

    /// All that has come from the peer, in bytes.
    var receivedBytes = 0
    private var lastReceivedBytes = 0
    private var lastTaken = 0
    private var unreadSeconds = 0
    private var idleSeconds = 0
    private var patience = MessagePatience()

    /// Judges the second that has passed.
    /// - Parameters:
    ///   - waiting: the bytes that wait for the peer to take them.
    ///   - given: those of all times.
    ///   - isAmidMessage: whether a message has begun that has not all come.
    ///   - isQuiet: whether nothing is under way.
    mutating func secondPassed(
        _ bounds: PeerBounds, waiting: Int, given: Int, isAmidMessage: Bool, isQuiet: Bool
    ) -> Finding? {
        let received = receivedBytes &- lastReceivedBytes
        lastReceivedBytes = receivedBytes
        idleSeconds = isQuiet && received == 0 ? idleSeconds + 1 : 0
        unreadSeconds = waiting > 0 && given &- waiting == lastTaken ? unreadSeconds + 1 : 0
        lastTaken = given &- waiting
        if unreadSeconds >= bounds.unreadSeconds { return .over(.unread(seconds: bounds.unreadSeconds)) }
        if !isAmidMessage {
            patience.reset()
        } else if patience.isOver(afterReceiving: received, limit: bounds.messageSeconds) {
            return .over(.tooSlow(seconds: bounds.messageSeconds))
        }
        return idleSeconds >= bounds.idleSeconds ? .idle : nil
    }
}
