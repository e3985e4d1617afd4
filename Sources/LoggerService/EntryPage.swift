import Broker
import EntryJSON
import NIOCore
import Synchronization

/// A page of the latest entries as a JSON array, made part by part as it is read.
///
/// Entries that are written over before it is their turn are left out, and with them all older ones of their loop. A text that is
/// written over when a part of it was made already breaks the page.
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
        /// Of each loop, the number of the entry that comes next, or goes on; nil where there is none any more.
        var numbers: [UInt64?]
        /// How many entries were written or left out.
        var count = 0
        var spot = Spot.start
        var hasBegun = false
        var hasEntries = false
        var hasEnded = false
    }

    /// What the next page is asked for by; nil where there is none.
    let next: EntryCursor?
    private let ledger: Ledger
    /// The loops whose entries follow each other.
    private let order: [UInt8]
    private let progress: Mutex<Progress>

    /// - Parameters:
    ///   - before: behind what the page begins; nil for the latest.
    ///   - limit: the most entries.
    ///   - maxTextBytes: the most bytes of texts, unless the first entry alone has more.
    init(of ledger: Ledger, before: EntryCursor?, limit: Int, maxTextBytes: Int = 8 * 1024 * 1024) {
        self.ledger = ledger
        var entries = LatestEntries(of: ledger, before: before, limit: limit)
        progress = Mutex(Progress(numbers: entries.numbers))
        var (order, bytes) = ([UInt8](), 0)
        while order.count < limit, let entry = entries.first {
            bytes += entry.textBytes
            guard order.isEmpty || bytes <= maxTextBytes else { break }
            order.append(UInt8(entry.loop))
            entries.removeFirst()
        }
        self.order = order
        next = entries.first.map { _ in EntryCursor(entries.numbers.map { $0.map { $0 + 1 } ?? 0 }) }
    }

    /// Whether all of it was made.
    var hasEnded: Bool { progress.withLock { $0.hasEnded } }

    /// Makes the next part.
    @Sendable func nextPart() -> Part {
        progress.withLock { progress in
            guard !progress.hasEnded else { return .end }
            var out = ByteBuffer()
            if !progress.hasBegun { out.writeStaticString("[") }
            progress.hasBegun = true
            var budget = Self.partBytes
            while budget > 0 {
                guard let loop = nextLoop(&progress) else {
                    progress.hasEnded = true
                    out.writeStaticString("]")
                    break
                }
                let isWhole = ledger.loops[loop].withRing { ring, transports in
                    write(loop, from: ring, transports, &progress, &budget, &out)
                }
                guard isWhole else { return .broken }
            }
            return .bytes(Array(out.readableBytesView))
        }
    }

    /// The loop whose entry comes next; nil behind the last one.
    private func nextLoop(_ progress: inout Progress) -> Int? {
        while progress.count < order.count {
            let loop = Int(order[progress.count])
            if progress.numbers[loop] != nil { return loop }
            progress.count += 1
        }
        return nil
    }

    /// Writes the entries of a loop until it is another one's turn, as far as they fit; returns false where what is half written
    /// was written over.
    private func write(
        _ loop: Int, from ring: borrowing EntryRing, _ transports: [SourceCount], _ progress: inout Progress,
        _ budget: inout Int, _ out: inout ByteBuffer
    ) -> Bool {
        var place: EntryRing.Place?
        if let number = progress.numbers[loop] { place = ring.place(of: number) }
        while budget > 0, progress.count < order.count, Int(order[progress.count]) == loop {
            guard let entry = place else {
                progress.numbers[loop] = nil
                if case .start = progress.spot { return true }
                return false
            }
            let isWritten = ring.withEntry(entry) { head, texts in
                Self.write(head, texts, transports, &progress, &budget, &out)
            }
            guard isWritten else { break }
            progress.spot = .start
            progress.count += 1
            place = ring.place(before: entry)
            progress.numbers[loop] = place?.number
        }
        return true
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
