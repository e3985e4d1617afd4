import Glibc

/// Why there is no link, or no more.
package struct LinkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was attempted, and why it failed.
    package var description: String

    init(_ what: String, _ number: Int32) {
        description = "\(what): \(String(cString: strerror(number)))"
    }

    /// Takes what a call gives: a descriptor or 0, or a negated error number.
    static func check(_ result: Int32, _ what: @autoclosure () -> String) throws(LinkError) -> Int32 {
        guard result < 0 else { return result }
        throw LinkError(what(), -result)
    }
}
