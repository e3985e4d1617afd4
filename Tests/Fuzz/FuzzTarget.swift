import Foundation

/// A decoder under arbitrary bytes.
struct FuzzTarget: Sendable {
    /// What `FUZZ_TARGET` calls it.
    var name: String
    /// Has the decoder read the bytes; traps where it breaks a promise.
    var run: @Sendable (_ bytes: [UInt8]) -> Void
}

extension [UInt8] {
    /// The first byte as a length of parts, 1 to 256, and the rest: so the input itself chooses how it is split.
    var stepAndRest: (step: Int, rest: [UInt8]) {
        guard let first else { return (1, []) }
        return (Int(first) + 1, Array(dropFirst()))
    }
}

/// Ends the fuzzer, which keeps the input, where a promise does not hold; unlike `precondition`, says which in a release build.
func require(_ holds: Bool, _ brokenPromise: @autoclosure () -> String) {
    guard !holds else { return }
    FileHandle.standardError.write(Data("\(brokenPromise())\n".utf8))
    abort()
}
