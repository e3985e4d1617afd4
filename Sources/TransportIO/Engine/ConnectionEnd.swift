/// Why a server closes a connection whose peer has broken no rule of the protocol.
package enum ConnectionEnd: Sendable, Hashable, CustomStringConvertible {
    /// A message did not arrive within so many seconds.
    case tooSlow(seconds: Int)
    /// The peer takes nothing of what waits for it, and has not for so many seconds.
    case unread(seconds: Int)
    /// All connections together held more than that many bytes, and this one the most.
    case tooMuchHeld(maxBytes: Int)

    /// The reason in words.
    package var description: String {
        switch self {
        case .tooSlow(let seconds): "the message did not arrive within \(seconds) s"
        case .unread(let seconds): "nothing of what waits to be read was taken for \(seconds) s"
        case .tooMuchHeld(let maxBytes):
            "all connections together hold more than \(maxBytes >> 20) MiB of unfinished messages and unread answers, "
                + "and this one the most"
        }
    }
}
