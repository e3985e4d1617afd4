import Broker
import EntryProtobuf
import TransportIO

/// What becomes of a request message.
enum Verdict {
    case recorded
    case later
    case refused(GRPCStatus)

    @inline(__always)
    init(_ result: RecordResult) {
        switch result {
        case .recorded: self = .recorded
        case .later: self = .later
        case .rejected(let why): self = .refused(GRPCStatus(.failedPrecondition, why))
        case .unavailable(let why), .unknown(let why): self = .refused(GRPCStatus(.unavailable, why))
        }
    }

    /// Decodes a message where it lies and gives the entry to the recorder.
    init(on bytes: RawSpan, ticket: UInt64, intake: EntryIntake, limits: EntryLimits) {
        let fields: LogRequestFields
        do throws(ProtobufReader.Malformation) {
            fields = try LogRequestFields(reading: bytes)
        } catch {
            intake.countUndecodable()
            self = .refused(GRPCStatus(.invalidArgument, "the message is not a logs.LogRequest: \(error)"))
            return
        }
        guard fields.name.count + fields.data.count <= limits.maxEntryBytes else {
            self = .refused(GRPCStatus(.resourceExhausted, "the entry is larger than \(limits.maxEntryBytes) bytes"))
            return
        }
        guard fields.run.count <= EntryLimits.maxRunIDBytes else {
            let limit = EntryLimits.maxRunIDBytes
            self = .refused(GRPCStatus(.invalidArgument, "the run id is longer than \(limit) bytes"))
            return
        }
        let entry = ReceivedEntry(
            name: bytes.extracting(fields.name), data: bytes.extracting(fields.data), severity: fields.knownSeverity,
            run: bytes.extracting(fields.run), sequence: fields.sequence, sentAt: fields.sentAt)
        self.init(intake.take(entry, ticket: ticket))
    }
}
