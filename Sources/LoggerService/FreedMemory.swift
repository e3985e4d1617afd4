import CLinux
import Glibc

/// Memory that was freed and that malloc keeps for later.
package enum FreedMemory {
    /// What malloc may keep for long, in bytes.
    ///
    /// What large entries need at a steady rate is less; a wave of half messages, say, leaves a multiple behind.
    private static let mostKept = 64 * 1024 * 1024

    /// Gives it back to the kernel: what one measurement has freed is no part of the next one's peak.
    package static func giveBack() {
        _ = malloc_trim(0)
    }

    /// Gives it back every two seconds where it is much, until the task is cancelled.
    static func giveBackInTime() async {
        while true {
            guard (try? await Task.sleep(for: .seconds(2))) != nil else { return }
            if kept > mostKept { giveBack() }
        }
    }

    /// What is in memory and not in use, in bytes.
    private static var kept: Int {
        let info = mallinfo2()
        return resident - Int(info.uordblks) - Int(info.hblkhd)
    }

    /// What the process has in memory: proc(5), `statm`.
    private static var resident: Int {
        guard let file = fopen("/proc/self/statm", "re") else { return 0 }
        defer { fclose(file) }
        var (size, pages): (Int, Int) = (0, 0)
        return withUnsafeMutablePointer(to: &size) { size in
            withUnsafeMutablePointer(to: &pages) { pages in
                let found = withVaList([size, pages]) { vfscanf(file, "%ld %ld", $0) }
                return found == 2 ? pages.pointee * sysconf(Int32(_SC_PAGESIZE)) : 0
            }
        }
    }
}
