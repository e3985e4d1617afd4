package import Glibc

/// The memory of a process that is in use now.
package enum ResidentMemory {
    /// Its resident set, in bytes (proc(5), `/proc/[pid]/statm`); nil when the process is gone.
    package static func bytes(of pid: pid_t) -> UInt64? {
        let file = open("/proc/\(pid)/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let text = withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
            let count = read(file, buffer.baseAddress, buffer.count)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
        return pages(inStatm: text).map { $0 * UInt64(sysconf(Int32(_SC_PAGESIZE))) }
    }

    /// Reads `size resident shared text lib data dt`, in pages.
    static func pages(inStatm text: String) -> UInt64? {
        let fields = text.split(separator: " ")
        return fields.count > 1 ? UInt64(fields[1]) : nil
    }
}
