import Glibc

/// Memory between two pages that nobody may touch: who reads before its begin or beyond its end traps.
final class GuardedMemory {
    private let pages: UnsafeMutableRawPointer
    private let pageBytes = Int(sysconf(CInt(_SC_PAGESIZE)))

    init() throws {
        let memory = mmap(nil, 3 * pageBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED, mprotect(memory + pageBytes, pageBytes, PROT_READ | PROT_WRITE) == 0
        else { throw NoMemory(code: errno) }
        pages = memory
    }

    deinit {
        munmap(pages, 3 * pageBytes)
    }

    /// Lends `bytes` so that they end where the memory does.
    func withBytesAtEnd<R>(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withBytes(bytes, at: pageBytes - bytes.count, body)
    }

    /// Lends `bytes`, so many behind the memory's begin.
    func withBytes<R>(
        _ bytes: [UInt8], at offset: Int, _ body: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R {
        precondition(offset >= 0 && offset + bytes.count <= pageBytes, "no room")
        let memory = UnsafeMutableRawBufferPointer(start: pages + pageBytes + offset, count: bytes.count)
        memory.copyBytes(from: bytes)
        return try body(UnsafeRawBufferPointer(memory))
    }

    private struct NoMemory: Error {
        var code: CInt
    }
}
