import BenchmarkResults
import Glibc

/// How large the files of a process may become (RLIMIT_FSIZE, `prlimit(2)`).
///
/// Looked up by name, because glibc's headers show it under `_GNU_SOURCE` only, with which Swift does not import them.
enum FileSizeLimit {
    private typealias Function =
        @convention(c) (
            pid_t, Int32, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?
        ) -> Int32

    /// Has a process of this user's write nothing more to files.
    /// - Returns: what it might write before, for ``restore(_:of:)``.
    /// - Throws: ``BenchmarkError`` that says why that cannot be done.
    static func setToNothing(of process: pid_t) throws(BenchmarkError) -> rlimit {
        var before = rlimit()
        try call(process, nil, &before)
        // The hard limit stays, up to which the other one may be raised again.
        var nothing = before
        nothing.rlim_cur = 0
        try call(process, &nothing, nil)
        return before
    }

    /// Gives a process back what it might write; one that has ended needs nothing.
    static func restore(_ limit: rlimit, of process: pid_t) {
        var limit = limit
        try? call(process, &limit, nil)
    }

    private static func call(
        _ process: pid_t, _ new: UnsafePointer<rlimit>?, _ old: UnsafeMutablePointer<rlimit>?
    ) throws(BenchmarkError) {
        guard let function = dlsym(nil, "prlimit").map({ unsafeBitCast($0, to: Function.self) }) else {
            throw BenchmarkError("cannot limit the files of process \(process): there is no prlimit")
        }
        guard function(process, Int32(RLIMIT_FSIZE.rawValue), new, old) == 0 else {
            throw BenchmarkError(
                "cannot limit the files of process \(process): \(SystemCallError(number: errno).description)")
        }
    }
}
