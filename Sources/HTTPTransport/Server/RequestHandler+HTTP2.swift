import EntryCodecs
import TransportIO

/// Requests whose heads are header lists of HTTP/2.
extension RequestHandler {
    /// - Parameter ticket: what the recorder's result will be told under, if it comes later.
    func handle(_ head: HTTP2RequestHead, body: RawSpan, _ intake: EntryIntake, ticket: UInt64) -> Answer {
        switch (head.method, head.target) {
        case (.post, .entries): return entry(head, body, intake, ticket)
        case (_, .missing): return failure(400, "the request has no path")
        case (let method, .entries):
            return answer(method: method.text, path: configuration.entryPath, query: "", intake, ticket: ticket)
        case (let method, .other(let target)):
            let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            let path = String(parts.first ?? "")
            if case .post = method, path == configuration.entryPath { return entry(head, body, intake, ticket) }
            let query = parts.count > 1 ? String(parts[1]) : ""
            return answer(method: method.text, path: path, query: query, intake, ticket: ticket)
        }
    }

    /// Whether a request is for the path that takes entries: what is left takes time.
    @inline(__always)
    func bringsEntry(_ head: borrowing HTTP2RequestHead) -> Bool {
        if case .entries = head.target { true } else { false }
    }

    private func entry(
        _ head: HTTP2RequestHead, _ body: RawSpan, _ intake: EntryIntake, _ ticket: UInt64
    ) -> Answer {
        switch head.contentType {
        case .taken(let codec): entry(body, as: codec, intake, ticket: ticket)
        case .other(let text): unsupported(text, intake)
        }
    }

    /// Whether a request target is the path that takes entries.
    @inline(__always)
    func isEntryPath(_ target: UnsafeBufferPointer<UInt8>) -> Bool {
        target.elementsEqual(configuration.entryPath.utf8)
    }
}
