import Glibc

/// A call that the kernel refused.
package struct SocketFailure: Error, CustomStringConvertible {
    /// What was tried, and why it failed.
    package let description: String

    init(_ call: String) {
        description = "\(call): \(String(cString: strerror(errno)))"
    }
}
