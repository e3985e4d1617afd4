import Glibc

/// `sched_getaffinity(2)` and `sched_setaffinity(2)`.
///
/// Looked up by name, because glibc's headers show them under `_GNU_SOURCE` only, with which Swift does not import them.
enum SchedulerAffinity {
    private typealias Function = @convention(c) (pid_t, Int, UnsafeMutablePointer<cpu_set_t>) -> Int32

    private static let getFunction = function("sched_getaffinity")
    private static let setFunction = function("sched_setaffinity")

    /// The cores that a thread may run on, or the error number.
    static func cores(of thread: pid_t) -> Result<cpu_set_t, SystemCallError> {
        var cores = cpu_set_t()
        return call(getFunction, thread, &cores).map { cores }
    }

    /// Chooses the cores that a thread may run on.
    static func set(_ cores: cpu_set_t, of thread: pid_t) -> Result<Void, SystemCallError> {
        var cores = cores
        return call(setFunction, thread, &cores)
    }

    private static func call(
        _ function: Function?, _ thread: pid_t, _ cores: inout cpu_set_t
    ) -> Result<Void, SystemCallError> {
        guard let function else { return .failure(SystemCallError(number: ENOSYS)) }
        guard function(thread, MemoryLayout<cpu_set_t>.size, &cores) == 0 else {
            return .failure(SystemCallError(number: errno))
        }
        return .success(())
    }

    private static func function(_ name: String) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: Function.self) }
    }
}

/// An error of the operating system.
struct SystemCallError: Error, Sendable, Hashable, CustomStringConvertible {
    var number: Int32
    var description: String { String(cString: strerror(number)) }
}
