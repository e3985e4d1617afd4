import Broker
import EntryCodecs
import HTTP2
import TransportIO

/// Decides what a complete request asks for, and answers it, whatever version of HTTP it came by.
///
/// A class: as a value it was copied for each field of a header list.
final class RequestHandler {
    enum Answer {
        case logged
        case other(HTTPResponse, omitsBody: Bool)
        /// The recorder will tell.
        case later
        /// What answers other requests will tell.
        case laterOther(LateResponse, omitsBody: Bool)

        /// Whether the body comes in parts.
        var isInParts: Bool {
            if case .other(let response, false) = self { response.more != nil } else { false }
        }
    }

    let configuration: HTTPServerConfiguration
    /// Whether the client is on this machine.
    var isOnLoopback = false
    /// The request line of nearly every request of HTTP/1.1, to be recognised in one comparison.
    let entryLine: [UInt8]
    private let decoder: Unguarded<EntryDecoder>
    /// Whether a body was announced that Foundation is to read, which takes up to fifty times as long.
    var readsSlowly = false

    init(configuration: HTTPServerConfiguration) {
        self.configuration = configuration
        decoder = Unguarded(EntryDecoder(limits: configuration.limits))
        self.entryLine = Array("POST \(configuration.entryPath) HTTP/1.1".utf8)
    }

    var maxBodyBytes: Int { configuration.maxBodyBytes }

    /// How much is read at once on the event loop, in bytes.
    var mostAtOnce: Int { readsSlowly ? LongTurn.mostOnLoop / 25 : LongTurn.mostOnLoop }

    func checkLength(_ length: Int) throws(HTTPFault) {
        guard length <= maxBodyBytes else {
            throw HTTPFault(413, "a body of \(length) bytes exceeds the limit of \(maxBodyBytes) bytes")
        }
    }

    /// Takes the entry in `body`, whose head was found to be in order.
    func entry(_ body: RawSpan, as codec: EntryCodec, _ intake: EntryIntake, ticket: UInt64) -> Answer {
        let maxEntryBytes = configuration.limits.maxEntryBytes
        let take = { (entry: borrowing ReceivedEntry) -> RecordResult? in
            guard entry.name.byteCount + entry.data.byteCount <= maxEntryBytes else { return nil }
            return intake.take(entry, ticket: ticket)
        }
        do throws(EntryCodecError) {
            let result =
                switch configuration.entryBody {
                case .entry: try decoder.value.decode(body, as: codec, take)
                case .action: try decoder.value.decodeAction(body, take)
                }
            if let result { return answer(result) }
            intake.countUndecodable()
            return failure(413, "the entry exceeds the limit of \(maxEntryBytes) bytes (name and data)")
        } catch {
            intake.countUndecodable()
            return failure(400, "the body is not a log entry: \(error)")
        }
    }

    /// The answer to an entry with that fate.
    func answer(_ result: RecordResult) -> Answer {
        switch result {
        case .recorded: .logged
        case .rejected(let reason): failure(configuration.rejectedStatus, reason)
        case .unavailable(let reason), .unknown(let reason): failure(503, reason)
        case .later: .later
        }
    }

    func failure(_ status: Int, _ message: String) -> Answer {
        .other(.failure(status, message), omitsBody: false)
    }

    /// The answer to an entry whose content type, if it has one, is not taken.
    func unsupported(_ contentType: String, _ intake: EntryIntake) -> Answer {
        intake.countUndecodable()
        let known = configuration.mediaTypes.joined(separator: " or ")
        return failure(415, "the content type has to be \(known), not \(contentType)")
    }

    /// The answer to a request that is no entry.
    func answer(method: String, path: String, query: String, _ intake: EntryIntake, ticket: UInt64) -> Answer {
        // RFC 9110, 9.3.2: HEAD is GET without the body.
        let isHead = method == "HEAD"
        if path == configuration.entryPath {
            return .other(.failure(405, "\(path) takes POST", allow: "POST"), omitsBody: isHead)
        }
        let asked = HTTPRequest(method: isHead ? "GET" : method, path: path, query: query)
        let unknown = HTTPResponse.failure(404, "there is no \(path); entries go to POST \(configuration.entryPath)")
        let response = configuration.control(asked) ?? unknown
        guard let make = response.later else { return .other(response, omitsBody: isHead) }
        return .laterOther(LateResponse(make, reply: intake.reply(to: ticket)), omitsBody: isHead)
    }

    /// The codec that a content type names; nil where it is not one that is taken.
    func codec(_ contentType: RawSpan) -> EntryCodec? {
        let type = MediaType(contentType)
        // An action is JSON.
        let takesAll = configuration.entryBody == .entry
        if type.isNamed("application/json", in: contentType) {
            return takesAll && type.has("coder", "foundation", in: contentType) ? .foundationJSON : .json
        } else if takesAll, type.isNamed("application/x-protobuf", in: contentType) {
            return .protobuf
        } else if takesAll, type.isNamed("application/x-gob", in: contentType) {
            return .gob
        }
        return nil
    }
}
