public import Broker
import EntryJSON
import EntryProtobuf
import Foundation

/// Reads entries that were written with any codec.
public struct EntryDecoder {
    private var json = EntryJSONReader()
    private let gob: GobEntryDecoder

    /// Creates a decoder, with the limits that it keeps beyond those that its caller keeps.
    public init(limits: EntryLimits) {
        gob = GobEntryDecoder(limits: limits)
    }

    /// Reads an entry and lends it to `take`.
    /// - Parameter defaultSeverity: that of an entry which does not say any.
    /// - Throws: ``EntryCodecError`` that says what was expected.
    @inline(__always)
    public mutating func decode<R>(
        _ body: RawSpan, as codec: EntryCodec, defaultSeverity: Severity = .info, _ take: (borrowing ReceivedEntry) -> R
    ) throws(EntryCodecError) -> R {
        guard codec == .json else { return try decodeOther(body, as: codec, defaultSeverity, take) }
        do throws(EntryJSONError) {
            return try json.read(body, defaultSeverity: defaultSeverity, take)
        } catch {
            throw EntryCodecError(error.description)
        }
    }

    /// Reads a request of the broker's, `{"action": "log", "log": {…}}`, and lends its entry to `take`.
    public mutating func decodeAction<R>(
        _ body: RawSpan, _ take: (borrowing ReceivedEntry) -> R
    ) throws(EntryCodecError) -> R {
        do throws(EntryJSONError) {
            return try json.readAction(body, take)
        } catch {
            throw EntryCodecError(error.description)
        }
    }

    private func decodeOther<R>(
        _ body: RawSpan, as codec: EntryCodec, _ defaultSeverity: Severity, _ take: (borrowing ReceivedEntry) -> R
    ) throws(EntryCodecError) -> R {
        switch codec {
        case .protobuf: try Self.decodeProtobuf(body, defaultSeverity, take)
        case .gob: try gob.decode(body, defaultSeverity, take)
        case .json, .foundationJSON: try FoundationEntry.decode(body, defaultSeverity, take)
        }
    }

    private static func decodeProtobuf<R>(
        _ body: RawSpan, _ defaultSeverity: Severity, _ take: (borrowing ReceivedEntry) -> R
    ) throws(EntryCodecError) -> R {
        let fields: LogRequestFields
        do throws(ProtobufReader.Malformation) {
            fields = try LogRequestFields(readingLog: body)
        } catch {
            throw EntryCodecError("not a logs.Log message: \(error)")
        }
        try checkRun(fields.run.count)
        return take(
            ReceivedEntry(
                name: body.extracting(fields.name), data: body.extracting(fields.data),
                // proto3 does not tell the first value of an enum from none at all.
                severity: fields.severity == 0 ? defaultSeverity : fields.knownSeverity,
                run: body.extracting(fields.run), sequence: fields.sequence,
                sentAt: fields.sentAt))
    }

    static func checkRun(_ byteCount: Int) throws(EntryCodecError) {
        guard byteCount <= EntryLimits.maxRunIDBytes else {
            throw EntryCodecError("the run id exceeds the limit of \(EntryLimits.maxRunIDBytes) bytes")
        }
    }
}
