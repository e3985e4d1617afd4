/// What the engines of servers say.
package enum ServerOutput {
    /// The bytes said in one call from which on an engine leaves off until they are on their way; see
    /// ``ServerEngine/isPaused``.
    package static let enough = 64 * 1024
}
