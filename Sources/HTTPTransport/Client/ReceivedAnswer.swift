/// What a server has answered to an entry, as far as it matters to who has sent it.
struct ReceivedAnswer {
    /// How much of the body of an answer that is not 2xx is looked at for its reason.
    private static let maxReasonBytes = 4096

    var status: Int
    /// Where a redirect leads.
    var location: String?
    private var body: [UInt8] = []

    init(status: Int, location: String? = nil) {
        self.status = status
        self.location = location
    }

    /// Takes a part of the body.
    mutating func keep(_ bytes: RawSpan) {
        guard status >= 300 else { return }
        let count = min(bytes.byteCount, Self.maxReasonBytes - body.count)
        bytes.extracting(0..<count).withUnsafeBytes { body.append(contentsOf: $0) }
    }

    /// What the answer says against the entry; nil where the status is 2xx.
    var failure: String? {
        if (200..<300).contains(status) { return nil }
        if let location { return "HTTP \(status), a redirect to \(location): use that as --to" }
        let reason = HTTPEnvelope.message(in: body)
        return reason.isEmpty ? "HTTP \(status)" : "HTTP \(status): \(reason)"
    }
}
