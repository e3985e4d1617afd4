/// What the engines of servers say.
public enum ServerOutput {
    /// The bytes said in one call from which on an engine leaves off until they are on their way; see
    /// ``ServerEngine/isPaused``.
    public static let enough = 64 * 1024
}
