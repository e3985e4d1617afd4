import Broker
import Gob

/// Reads entries from gobs that stand alone.
///
/// Peers define the same type before every entry. A decoder that has read a definition is kept, and reads what comes behind
/// the same bytes without reading them again.
final class GobEntryDecoder {
    /// The longest definition that is remembered.
    private static let maxDefinitionBytes = 1024

    private let limits: EntryLimits
    private var decoder: GobDecoder
    private var definition: [UInt8] = []
    private var entry = GobEntry<GobText>()

    init(limits: EntryLimits) {
        self.limits = limits
        decoder = GobDecoder(limits: .forEntries(limits))
    }

    func decode<R>(
        _ body: RawSpan, _ defaultSeverity: Severity, _ take: (borrowing ReceivedEntry) -> R
    ) throws(EntryCodecError) -> R {
        let definitionBytes = GobDefinition.byteCount(body)
        let isKnown =
            definitionBytes > 0 && definitionBytes == definition.count
            && body.extracting(first: definitionBytes).withUnsafeBytes { $0.elementsEqual(definition) }
        if !isKnown {
            decoder = GobDecoder(limits: .forEntries(limits))
            definition.removeAll(keepingCapacity: true)
        }
        let value = body.extracting(droppingFirst: isKnown ? definitionBytes : 0)
        try read(value)
        if !isKnown, definitionBytes <= Self.maxDefinitionBytes {
            body.extracting(first: definitionBytes).withUnsafeBytes { definition.append(contentsOf: $0) }
        }
        try EntryDecoder.checkRun(entry.run.count)
        return take(
            ReceivedEntry(
                name: value.extracting(entry.name.range), data: value.extracting(entry.data.range),
                severity: entry.severity(in: value, otherwise: defaultSeverity),
                run: value.extracting(entry.run.range), sequence: entry.seq, sentAt: entry.sentAt))
    }

    private func read(_ bytes: RawSpan) throws(EntryCodecError) {
        do throws(GobError) {
            entry = GobEntry()
            guard case .value(let consumed) = try decoder.decode(into: &entry, from: bytes) else {
                throw GobError(.corrupted, "the value is not all there")
            }
            guard consumed == bytes.byteCount else {
                throw GobError(.corrupted, "\(bytes.byteCount - consumed) bytes behind the value")
            }
        } catch {
            // What is left of the decoder's stream is of no use to the next body.
            definition.removeAll(keepingCapacity: true)
            throw EntryCodecError("not an entry as a gob: \(error)")
        }
    }
}
