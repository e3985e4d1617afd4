import Broker
import EntryJSON
import NIOCore
import Synchronization

/// A page of the latest entries as a JSON array, made part by part as it is read.
///
/// Entries that are written over before it is their turn are left out, and with them all older ones. A text that is written
/// over when a part of it was made already breaks the page.
final class EntryPage: Sendable {
    /// The bytes of texts in a part; as JSON each takes up to six.
    private static let partBytes = 16 * 1024
    /// What the members of an entry count beside its texts.
    private static let memberBytes = 128

    typealias Part = ControlAPI.Answer.Part

    /// How far an entry was written.
    private enum Spot: Sendable {
        case start
        case data(from: Int)
        case name(from: Int)
    }

    private struct Progress: Sendable {
        /// The number of the entry that comes next, or goes on.
        var number: UInt64
        var left: Int
        var spot = Spot.start
        var hasBegun = false
        var hasEntries = false
        var hasEnded = false
    }

    /// What the next page is asked for by: entries before that number; nil where there are none.
    let next: UInt64?
    private let ledger: Ledger
    private let progress: Mutex<Progress>

    /// - Parameters:
    ///   - before: the number of the entry behind the first of the page; nil for the latest.
    ///   - limit: the most entries.
    ///   - maxTextBytes: the most bytes of texts, unless the first entry alone has more.
    init(of ledger: Ledger, before: UInt64?, limit: Int, maxTextBytes: Int = 8 * 1024 * 1024) {
        self.ledger = ledger
        let (start, next) = ledger.withRing { ring, _ -> (Progress, UInt64?) in
            var place = if let before { before > 0 ? ring.place(of: before - 1) : nil } else { ring.newest }
            let first = place?.number ?? 0
            var (count, bytes) = (0, 0)
            while let entry = place, count < limit {
                bytes += ring.textBytes(entry)
                guard count == 0 || bytes <= maxTextBytes else { break }
                count += 1
                place = ring.place(before: entry)
            }
            return (Progress(number: first, left: count), place.map { $0.number + 1 })
        }
        progress = Mutex(start)
        self.next = next
    }

    /// Whether all of it was made.
    var hasEnded: Bool { progress.withLock { $0.hasEnded } }

    /// Makes the next part.
    @Sendable func nextPart() -> Part {
        progress.withLock { progress in
            guard !progress.hasEnded else { return .end }
            return ledger.withRing { Self.makePart(of: $0, transports: $1, &progress) }
        }
    }

    private static func makePart(
        of ring: borrowing EntryRing, transports: [SourceCount], _ progress: inout Progress
    ) -> Part {
        var out = ByteBuffer()
        if !progress.hasBegun { out.writeStaticString("[") }
        progress.hasBegun = true
        var budget = partBytes
        var place = progress.left > 0 ? ring.place(of: progress.number) : nil
        while budget > 0 {
            guard progress.left > 0, let entry = place else {
                guard case .start = progress.spot else { return .broken }
                progress.hasEnded = true
                out.writeStaticString("]")
                break
            }
            let isWhole = ring.withEntry(entry) { head, texts in
                write(head, texts, transports, &progress, &budget, &out)
            }
            guard isWhole else { break }
            progress.left -= 1
            progress.spot = .start
            place = ring.place(before: entry)
            // Without another one this is the last.
            progress.number = place?.number ?? 0
        }
        return .bytes(Array(out.readableBytesView))
    }

    /// Writes what fits of an entry; returns whether that was the rest of it.
    private static func write(
        _ head: RingEntry.Head, _ texts: RingEntry.Texts, _ transports: [SourceCount], _ progress: inout Progress,
        _ budget: inout Int, _ out: inout ByteBuffer
    ) -> Bool {
        var dataStart = 0
        var nameStart = 0
        var isInName = false
        switch progress.spot {
        case .start:
            out.writeStaticString(progress.hasEntries ? #",{"data":""# : #"{"data":""#)
            progress.hasEntries = true
        case .data(let from): dataStart = from
        case .name(let from): (nameStart, isInName) = (from, true)
        }
        if !isInName {
            dataStart = write(texts.data, from: dataStart, &budget, &out)
            guard dataStart == texts.data.count else {
                progress.spot = .data(from: dataStart)
                return false
            }
            out.writeStaticString(#"","name":""#)
        }
        nameStart = write(texts.name, from: nameStart, &budget, &out)
        guard nameStart == texts.name.count else {
            progress.spot = .name(from: nameStart)
            return false
        }
        budget -= memberBytes
        out.writeString(#"","received_at_ns":\#(head.receivedAt)"#)
        if !texts.run.isEmpty {
            out.writeStaticString(#","run":""#)
            write(String(decoding: texts.run, as: UTF8.self), &out)
            out.writeString(#"","sent_at_ns":\#(head.sentAt),"seq":\#(head.sequence)"#)
        }
        out.writeString(#","severity":"\#(head.severity.name)","transport":""#)
        write(transports[Int(head.source)].transport, &out)
        out.writeStaticString(#""}"#)
        return true
    }

    /// Writes what fits of a text; returns where the rest begins.
    private static func write(
        _ text: UnsafeRawBufferPointer, from start: Int, _ budget: inout Int, _ out: inout ByteBuffer
    ) -> Int {
        var end = min(text.count, start + max(budget, 0))
        if end < text.count {
            // No character is cut in two: in UTF-8 (RFC 3629, 3) the bytes of one behind its first begin with 10.
            let cut = end
            while end > start, cut - end < 3, text[end] & 0xC0 == 0x80 { end -= 1 }
            budget = 0
        } else {
            budget -= end - start
        }
        write(String(decoding: UnsafeRawBufferPointer(rebasing: text[start..<end]), as: UTF8.self), &out)
        return end
    }

    private static func write(_ text: String, _ out: inout ByteBuffer) {
        JSONText.write(text, escapedLength: JSONText.escapedLength(text), into: &out)
    }
}
