import Broker
import EntryStore
import Foundation
import NIOCore

/// The logger's own requests, beside those that bring entries.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /health` | 200, what every transport has brought, and the memory that the accounts of runs take |
/// | `GET /entries?limit=N` | the latest entries, newest first, 100 unless told otherwise, at most 10,000 |
/// | `GET /entries?limit=N&before=M` | the same of those behind a page, which has named M in its `Link` field |
/// | `GET /entries?name=…&severity=…&since=…&until=…` | with a database: of those, the ones that meet all of it; 400 without |
/// | `PUT /runs/{id}?sealed=true` | 201: announces a run whose entries carry a seal, which is then checked |
/// | `PUT /runs/{id}?clock_ahead_ns=N` | the same, beside: entries say when they were sent by a clock that this one is ahead of |
/// | `GET /runs/{id}` | the ledger of the run, a ``RunReport`` |
///
/// At the address of `--control` there is also what a lab on another host cannot read for itself, a ``ProcessAPI``.
///
/// A page of entries holds at most 8 MiB of names and data, unless its first entry alone has more. Where there are older
/// ones, the `Link` field of the answer names the next page (`rel="next"`, RFC 8288). A page is made while it is read:
/// entries that newer ones have taken the place of by then are left out. With a database, a page holds at most 2 MiB, and is
/// read off the event loop.
package struct ControlAPI: Sendable {
    /// An answer: a status and a JSON body.
    package struct Answer: Sendable {
        /// What comes next of a body.
        package enum Part: Sendable {
            /// These bytes.
            case bytes([UInt8])
            /// Nothing: that was all.
            case end
            /// The rest was written over: the body cannot be made whole.
            case broken
        }

        /// The HTTP status code.
        package var status: Int
        /// The JSON text, or the first part of it.
        package var body: [UInt8]
        /// Makes the next part of the JSON text; nil where ``body`` is all of it.
        package var more: (@Sendable () -> Part)?
        /// Makes the answer on another thread and hands it over from there; nil for an answer that is here.
        package var later: (@Sendable (_ done: @escaping @Sendable (Answer) -> Void) -> Void)?
        /// The methods that the path knows, when the one asked for is not among them.
        package var allow: String?
        /// Where there is more of what was asked for, as the `Link` field has it (RFC 8288).
        package var link: String?
    }

    private static let maxEntries = 10_000

    private let ledger: Ledger
    private let storage: EntryStorage?
    private let process: ProcessAPI?

    /// Creates the API of a ledger, of the database behind it, and of the process, if that is to be told.
    package init(ledger: Ledger, storage: EntryStorage? = nil, process: ProcessAPI? = nil) {
        self.ledger = ledger
        self.storage = storage
        self.process = process
    }

    /// Answers a request; nil for a path that is not the logger's.
    package func answer(method: String, path: String, query: String) -> Answer? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch (parts.first, parts.count) {
        case ("health", 1):
            return method == "GET" ? health() : notAllowed("GET")
        case ("entries", 1):
            return method == "GET" ? entries(query) : notAllowed("GET")
        case ("runs", 2):
            guard let id = parts.last?.removingPercentEncoding, !id.isEmpty else {
                return failure(400, "the run id is empty")
            }
            switch method {
            case "GET": return report(id)
            case "PUT": return announce(id, query)
            default: return notAllowed("GET, PUT")
            }
        case ("clock", 1):
            guard let process else { return nil }
            return method == "GET" ? json(200, process.clock(of: ledger)) : notAllowed("GET")
        case ("process", 1):
            guard let process else { return nil }
            switch method {
            case "GET": return json(200, process.use())
            case "PUT": return json(200, process.beginPeak())
            default: return notAllowed("GET, PUT")
            }
        default:
            return nil
        }
    }

    /// A logger that cannot take entries now is not well.
    private func health() -> Answer {
        let store = storage?.figures()
        let isWell = store?.failure == nil
        return json(isWell ? 200 : 503, Health(ledger.counts(), ledger.use(), store, isWell: isWell))
    }

    private func entries(_ query: String) -> Answer {
        if let storage { return stored(query, in: storage) }
        if let filter = EntryQuery.filters.first(where: { Self.value(of: $0, in: query) != nil }) {
            return failure(
                400,
                "\(filter) is a question for a database, and this logger has none: start it with --database, or leave "
                    + "\(filter) out")
        }
        let text = Self.value(of: "limit", in: query) ?? "100"
        guard let limit = Int(text), (1...Self.maxEntries).contains(limit) else {
            return failure(400, "limit has to be a number from 1 to \(Self.maxEntries), not '\(text)'")
        }
        let cursor = Self.value(of: "before", in: query)
        let before = cursor.flatMap { EntryCursor($0, loops: ledger.loops.count) }
        guard cursor == nil || before != nil else {
            return failure(400, "before has to be what a page's Link field names, not '\(cursor ?? "")'")
        }
        let page = EntryPage(of: ledger, before: before, limit: limit)
        var answer = Answer(status: 200, body: [])
        if let next = page.next { answer.link = "</entries?limit=\(limit)&before=\(next.text)>; rel=\"next\"" }
        guard case .bytes(let first) = page.nextPart() else { return failure(500, "the entries cannot be read") }
        answer.body = first
        if !page.hasEnded { answer.more = page.nextPart }
        return answer
    }

    /// A page of the database.
    private func stored(_ text: String, in storage: EntryStorage) -> Answer {
        var query = EntryQuery()
        for name in text.split(separator: "&").compactMap({ $0.split(separator: "=").first })
        where !EntryQuery.parameters.contains(String(name)) {
            return failure(400, "there is no '\(name)'; a query has \(EntryQuery.parameters.joined(separator: ", "))")
        }
        for parameter in EntryQuery.parameters {
            guard let escaped = Self.value(of: parameter, in: text) else { continue }
            guard let value = escaped.replacing("+", with: " ").removingPercentEncoding else {
                return failure(400, "\(parameter) is not in the form of URLs: '\(escaped)'")
            }
            if let problem = query.set(parameter, to: value, maxLimit: Self.maxEntries) { return failure(400, problem) }
        }
        guard let permit = storage.pages.permit() else {
            return failure(503, "\(StoredPages.most) pages are being read already; ask again")
        }
        var answer = Answer(status: 200, body: [])
        answer.later = { [query] done in
            storage.pages.run { done(page(query, of: storage, permit)) }
        }
        return answer
    }

    private func page(_ query: EntryQuery, of storage: EntryStorage, _ permit: StoredPages.Permit) -> Answer {
        do throws(StoreError) {
            let page = try storage.page(query, maxTextBytes: StoredPages.maxTextBytes)
            let parts = StoredPageParts(page, permit)
            var answer = Answer(status: 200, body: parts.first)
            if !parts.hasEnded { answer.more = { parts.next() } }
            if let next = page.next { answer.link = "</entries?\(query.text(before: next))>; rel=\"next\"" }
            return answer
        } catch {
            return failure(503, "\(error)")
        }
    }

    private func report(_ id: String) -> Answer {
        guard let report = ledger.report(run: id) else { return failure(404, "no entry of run '\(id)' has arrived") }
        return json(200, report)
    }

    private func announce(_ id: String, _ query: String) -> Answer {
        let isSealed = Self.value(of: "sealed", in: query) == "true"
        let text = Self.value(of: "clock_ahead_ns", in: query) ?? "0"
        guard let clockAhead = Int64(text) else {
            return failure(400, "clock_ahead_ns has to be a whole number of nanoseconds, not '\(text)'")
        }
        guard ledger.announce(run: id, isSealed: isSealed, clockAhead: clockAhead) else {
            return failure(409, "run '\(id)' is known already, or its id is too long")
        }
        FreedMemory.giveBack()
        return json(201, RunReport(run: id))
    }

    private static func value(of name: String, in query: String) -> String? {
        query.split(separator: "&").first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    private func notAllowed(_ methods: String) -> Answer {
        var answer = failure(405, "the methods here are: \(methods)")
        answer.allow = methods
        return answer
    }

    private func failure(_ status: Int, _ message: String) -> Answer {
        json(status, Failure(message: message))
    }

    private func json(_ status: Int, _ value: some Encodable) -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Answer(status: status, body: Array(try encoder.encode(value)))
        } catch {
            return Answer(status: 500, body: Array(#"{"error":true,"message":"cannot encode the answer"}"#.utf8))
        }
    }
}

private struct Failure: Encodable {
    var error = true
    var message: String
}

private struct Health: Encodable {
    struct Source: Encodable {
        var received: UInt64
        var undecodable: UInt64
        var repeated: UInt64
    }

    var status = "ok"
    var received: UInt64
    var undecodable: UInt64
    var repeated: UInt64
    var transports: [String: Source]
    var ledger: Use
    /// Nil where there is no database.
    var store: StoreFigures?

    /// The accounts of the runs: their number and their memory, and the entries for whose number there was none left.
    struct Use: Encodable {
        var runs: Int
        var usedBytes: Int
        var limitBytes: Int
        var untracked: UInt64

        enum CodingKeys: String, CodingKey {
            case runs, untracked
            case usedBytes = "used_bytes"
            case limitBytes = "limit_bytes"
        }
    }

    init(_ counts: [SourceCount], _ use: LedgerUse, _ store: StoreFigures?, isWell: Bool) {
        self.store = store
        if !isWell { status = "entries are not stored" }
        ledger = Use(
            runs: use.runs, usedBytes: use.usedBytes, limitBytes: use.limitBytes, untracked: use.untracked)
        received = counts.reduce(0) { $0 + $1.received }
        undecodable = counts.reduce(0) { $0 + $1.undecodable }
        repeated = counts.reduce(0) { $0 + $1.repeated }
        transports = Dictionary(
            counts.map {
                ($0.transport, Source(received: $0.received, undecodable: $0.undecodable, repeated: $0.repeated))
            },
            uniquingKeysWith: { $1 })
    }
}
