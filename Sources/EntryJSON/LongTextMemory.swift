import Synchronization

/// The memory for the strings of long texts, which all readers share.
///
/// Each connection has a reader. Kept there, such memory would stay with every connection that ever had a long text; given
/// back to the system, each such text would pay for fresh pages, which cost more than reading it.
final class LongTextMemory: Sendable {
    /// That of the program.
    static let shared = LongTextMemory()
    /// The most pieces that are kept, and the longest of them, in bytes.
    static let (maxPieces, maxPieceBytes) = (4, 4 * 1024 * 1024)

    private let idle = Mutex<[[UInt8]]>([])

    /// Memory of any length, nothing if there is none.
    func take() -> [UInt8] {
        idle.withLock { $0.popLast() } ?? []
    }

    /// Keeps memory that a reader does not.
    func giveBack(_ memory: [UInt8]) {
        guard memory.count <= Self.maxPieceBytes else { return }
        idle.withLock { if $0.count < Self.maxPieces { $0.append(memory) } }
    }
}
