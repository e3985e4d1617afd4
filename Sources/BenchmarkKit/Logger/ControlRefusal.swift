/// The logger lets nobody in without another token.
package struct ControlRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was asked.
    var url: String

    package var description: String { "the logger refuses \(url): the token is missing or not its own (status 401)" }
}
