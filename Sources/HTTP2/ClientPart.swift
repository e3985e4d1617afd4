/// What the next DATA frame of a client's stream holds.
public enum ClientPart {
    case bytes(Int, isLast: Bool)
    /// There is nothing to send yet.
    case deferred
}
