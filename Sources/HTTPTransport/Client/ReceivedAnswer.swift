import Broker
import EntryJSON

/// What a server has answered to an entry, as far as it matters to who has sent it.
struct ReceivedAnswer {
    /// How much of the body is kept; an envelope is shorter.
    private static let maxBodyBytes = 4096

    var status: Int
    /// Where a redirect leads.
    var location: String?
    private(set) var body: [UInt8] = []
    /// Whether all of the body so far is that of an answer that was an acknowledgement.
    private var isKnown = false
    private var isCut = false

    init(status: Int, location: String? = nil) {
        self.status = status
        self.location = location
    }

    private var isSuccess: Bool { (200..<300).contains(status) }

    /// Takes a part of the body.
    mutating func keep(_ bytes: RawSpan) {
        let count = min(bytes.byteCount, Self.maxBodyBytes - body.count)
        if count < bytes.byteCount { isCut = true }
        bytes.extracting(0..<count).withUnsafeBytes { body.append(contentsOf: $0) }
    }

    /// Takes a part of the body, without a copy where it is all of `known`, the body of an acknowledgement.
    mutating func keep(_ bytes: RawSpan, unless known: [UInt8]) {
        if isKnown {
            isKnown = false
            body = known
        } else if isSuccess, body.isEmpty, bytes.equals(known) {
            isKnown = true
            return
        }
        keep(bytes)
    }

    /// What the answer says against the entry; nil where it is acknowledged.
    /// - Parameter takesAnySuccess: whether every 2xx acknowledges, but for one that says that it failed.
    func failure(takesAnySuccess: Bool) -> TransportError? {
        guard isSuccess else { return TransportError(.rejected, refusal) }
        if isKnown { return nil }
        switch isCut ? .other : JSONEnvelope.content(of: body.span.bytes) {
        case .logged: return nil
        case .failed(let why): return TransportError(.rejected, "HTTP \(status), error: \(why)")
        case .other where takesAnySuccess: return nil
        case .other:
            return TransportError(
                .unknown,
                "HTTP \(status) came with \(bodyInWords) instead of a logger's {\"error\": false, ...}. Is --to the address of "
                    + "a logger? For one that answers otherwise: --http-any-2xx")
        }
    }

    /// How to get to where a redirect leads.
    private static func way(to location: String) -> String {
        let scheme = location.prefix { $0 != "/" && $0 != ":" }.lowercased()
        return switch scheme {
        case "http": "use that as --to"
        case "https": "use that as --to, with http:// in front, and --tls"
        default: "put that behind the host and port of --to"
        }
    }

    private var bodyInWords: String {
        body.isEmpty
            ? "no body" : "'\(String(decoding: body.prefix(40), as: UTF8.self))\(body.count > 40 ? "..." : "")'"
    }

    private var refusal: String {
        if let location { return "HTTP \(status), a redirect to \(location): \(Self.way(to: location))" }
        let reason = JSONEnvelope.message(in: body)
        return reason.isEmpty ? "HTTP \(status)" : "HTTP \(status): \(reason)"
    }
}

extension RawSpan {
    /// Whether these are the same bytes.
    func equals(_ bytes: [UInt8]) -> Bool {
        byteCount == bytes.count
            && withUnsafeBytes { own in bytes.withUnsafeBytes { own.elementsEqual($0) } }
    }
}
