import Glibc

/// Memory that was freed and that malloc keeps for later.
package enum FreedMemory {
    private typealias Function = @convention(c) (Int) -> Int32
    /// Looked up by name, because Swift's Glibc module leaves out malloc.h.
    private static let trim = dlsym(nil, "malloc_trim").map { unsafeBitCast($0, to: Function.self) }

    /// Gives it back to the kernel: what one measurement has freed is no part of the next one's peak.
    package static func giveBack() {
        _ = trim?(0)
    }
}
