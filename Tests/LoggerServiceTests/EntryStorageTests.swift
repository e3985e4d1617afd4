import Metrics
import Broker
import EngineTestKit
import EntryStore
import Foundation
import Synchronization
import Testing

@testable import LoggerService

@Suite("A ledger with a database behind it", .timeLimit(.minutes(1)))
struct EntryStorageTests {
    /// Records an entry as a transport would, and waits for its fate.
    private func fate(
        of entry: LogEntry, by recorder: some EntryRecorder, messageID: String = ""
    ) async -> RecordResult {
        await withCheckedContinuation { continuation in
            let (name, data) = (Array(entry.name.utf8), Array(entry.data.utf8))
            let (run, id) = (Array((entry.stamp?.run ?? "").utf8), Array(messageID.utf8))
            let received = ReceivedEntry(
                name: name.span.bytes, data: data.span.bytes, severity: entry.severity, run: run.span.bytes,
                sequence: entry.stamp?.sequence ?? 0, sentAt: entry.stamp?.sentAt ?? 0)
            let reply: () -> EntryReply = { EntryReply { continuation.resume(returning: $0) } }
            let result = recorder.record(
                received, messageID: id.span.bytes, mayRepeat: !messageID.isEmpty, reply: reply)
            if result != .later { continuation.resume(returning: result) }
        }
    }

    private func text(_ answer: ControlAPI.Answer?) async throws -> (status: Int, body: String, link: String?) {
        var answer = try #require(answer)
        if let later = answer.later {
            answer = await withCheckedContinuation { continuation in later { continuation.resume(returning: $0) } }
        }
        var body = answer.body
        while let more = answer.more, case .bytes(let part) = more() { body += part }
        return (answer.status, String(decoding: body, as: UTF8.self), answer.link)
    }

    @Test("the ledger accounts for an entry when it is committed")
    func accounting() async throws {
        let (ledger, database) = (Ledger(storeBytes: 0), MemoryDatabase(isGated: true))
        let storage = EntryStorage(database, ledger: ledger)
        let recorder = storage.recorder(for: "test")
        let stamped = LogEntry(name: "n", data: "d", stamp: RunStamp(run: "r", sequence: 0, sentAt: 5))
        async let fate = fate(of: stamped, by: recorder)
        database.awaitCommit()
        #expect(ledger.report(run: "r") == nil && ledger.counts()[0].received == 0)
        database.allowCommit()
        #expect(await fate == .recorded)
        #expect(ledger.report(run: "r")?.unique == 1 && ledger.counts()[0].received == 1)
        storage.close()
    }

    @Test("a run's account has the commits that its entries were among, each once")
    func commits() async throws {
        let (ledger, database) = (Ledger(storeBytes: 0), MemoryDatabase())
        let storage = EntryStorage(database, ledger: ledger)
        let recorder = storage.recorder(for: "test")
        for sequence in 0..<3 {
            let stamp = RunStamp(run: "r", sequence: UInt64(sequence), sentAt: 5)
            #expect(await fate(of: LogEntry(name: "n", data: "d", stamp: stamp), by: recorder) == .recorded)
        }
        let report = try #require(ledger.report(run: "r"))
        #expect(report.commits == 3 && report.commitTime?.count == 3)
        let commit = EntryBatch.Commit(began: 1, elapsed: 2000)
        let bytes = [UInt8]("s".utf8)
        for sequence in 0..<4 {
            let entry = ReceivedEntry(
                name: bytes.span.bytes, data: bytes.span.bytes, severity: .info, run: bytes.span.bytes,
                sequence: UInt64(sequence), sentAt: 0)
            ledger.record(entry, source: 0, on: ledger.loops[0], commit: commit)
        }
        #expect(ledger.report(run: "s")?.commits == 1 && ledger.report(run: "s")?.commitTime?.p99Us ?? 0 > 1.9)
        let recorded = Ledger(storeBytes: 0)
        let memory = recorded.recorder(for: "test")
        let stamp = RunStamp(run: "r", sequence: 0, sentAt: 5)
        #expect(await fate(of: LogEntry(name: "n", data: "d", stamp: stamp), by: memory) == .recorded)
        #expect(recorded.report(run: "r")?.commits == nil && recorded.report(run: "r")?.unique == 1)
        storage.close()
    }

    @Test("a message that is known counts as repeated; an entry that is refused does not count")
    func fates() async throws {
        let (ledger, database) = (Ledger(storeBytes: 0), MemoryDatabase())
        let storage = EntryStorage(database, ledger: ledger)
        let recorder = storage.recorder(for: "test")
        let entry = LogEntry(name: "n", data: "d")
        #expect(await fate(of: entry, by: recorder, messageID: "m") == .recorded)
        #expect(await fate(of: entry, by: recorder, messageID: "m") == .recorded)
        database.fail(StoreError(.full, "the disk is full"))
        #expect(await fate(of: entry, by: recorder) == .unavailable("the disk is full"))
        #expect(ledger.counts()[0].received == 1 && ledger.counts()[0].repeated == 1)
        let long = LogEntry(
            name: "n", data: "d", stamp: RunStamp(run: String(repeating: "r", count: 129), sequence: 0, sentAt: 0))
        guard case .rejected = await fate(of: long, by: recorder) else { return #expect(Bool(false)) }
        storage.close()
    }

    @Test("GET /health tells what the database has done, and that it does not take entries")
    func health() async throws {
        let (ledger, database) = (Ledger(storeBytes: 0), MemoryDatabase())
        let storage = EntryStorage(database, ledger: ledger)
        let api = ControlAPI(ledger: ledger, storage: storage)
        let recorder = storage.recorder(for: "test")
        #expect(await fate(of: LogEntry(name: "n", data: "d"), by: recorder) == .recorded)
        let well = try await text(api.answer(method: "GET", path: "/health", query: ""))
        #expect(well.status == 200 && well.body.contains(#""database":"memory""#))
        database.fail(StoreError(.full, "the disk is full"))
        _ = await fate(of: LogEntry(name: "n", data: "d"), by: recorder)
        let ill = try await text(api.answer(method: "GET", path: "/health", query: ""))
        #expect(ill.status == 503 && ill.body.contains("the disk is full"))
        storage.close()
    }

    @Test("GET /entries reads pages of the database, with what was asked for in their links")
    func pages() async throws {
        let (ledger, database) = (Ledger(storeBytes: 0), MemoryDatabase())
        let storage = EntryStorage(database, ledger: ledger)
        let api = ControlAPI(ledger: ledger, storage: storage)
        let recorder = storage.recorder(for: "test")
        for number in 0..<5 {
            _ = await fate(of: LogEntry(name: "a b", data: String(repeating: "\(number)", count: 60_000)), by: recorder)
        }
        _ = await fate(of: LogEntry(name: "other", data: ""), by: recorder)
        let first = try await text(api.answer(method: "GET", path: "/entries", query: "name=a+b&limit=3"))
        let entries = try #require(JSONSerialization.jsonObject(with: Data(first.body.utf8)) as? [[String: Any]])
        #expect(entries.compactMap { $0["id"] as? Int } == [5, 4, 3])
        #expect(first.link == #"</entries?limit=3&before=3&name=a%20b>; rel="next""#)
        let second = try await text(api.answer(method: "GET", path: "/entries", query: "limit=3&before=3&name=a%20b"))
        #expect(second.link == nil && second.body.contains(#""id":2"#))
        for query in ["severity=loud", "since=x", "limit=0", "limit=10001", "before=x", "name=%zz", "sevrity=INFO"] {
            #expect(try await text(api.answer(method: "GET", path: "/entries", query: query)).status == 400)
        }
        database.fail(StoreError(.corrupt, "it is damaged"))
        let failed = try await text(api.answer(method: "GET", path: "/entries", query: ""))
        #expect(failed.status == 503 && failed.body.contains("it is damaged"))
        storage.close()
    }

    @Test("few pages are in memory at a time")
    func permits() async throws {
        let ledger = Ledger(storeBytes: 0)
        let storage = EntryStorage(MemoryDatabase(), ledger: ledger)
        let api = ControlAPI(ledger: ledger, storage: storage)
        var answers = (0..<StoredPages.most).map { _ in api.answer(method: "GET", path: "/entries", query: "") }
        #expect(api.answer(method: "GET", path: "/entries", query: "")?.status == 503)
        // Whoever reads a page lets it go.
        withExtendedLifetime(answers) {}
        answers.removeAll()
        #expect(api.answer(method: "GET", path: "/entries", query: "")?.status == 200)
        storage.close()
    }
}
