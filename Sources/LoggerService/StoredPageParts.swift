import EntryStore
import NIOCore
import Synchronization

/// A page of a database as a JSON array, which goes out in parts as its client takes them.
final class StoredPageParts: Sendable {
    private static let partBytes = 64 * 1024

    let first: [UInt8]
    private let rest: Mutex<ByteBuffer>
    private let permit: StoredPages.Permit

    init(_ page: StoredPage, _ permit: StoredPages.Permit) {
        self.permit = permit
        var out = ByteBuffer()
        out.writeStaticString("[")
        for (index, entry) in page.entries.enumerated() {
            if index > 0 { out.writeStaticString(",") }
            entry.write(into: &out)
        }
        out.writeStaticString("]")
        first = out.readBytes(length: min(out.readableBytes, Self.partBytes)) ?? []
        rest = Mutex(out)
    }

    /// Whether ``first`` was all.
    var hasEnded: Bool { rest.withLock { $0.readableBytes == 0 } }

    func next() -> ControlAPI.Answer.Part {
        rest.withLock { rest in
            guard let part = rest.readBytes(length: min(rest.readableBytes, Self.partBytes)), !part.isEmpty else {
                return .end
            }
            return .bytes(part)
        }
    }
}
