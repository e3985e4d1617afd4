import Metrics
import Broker
import Foundation
import Synchronization
import Testing

@testable import LoggerService

@Suite struct ControlAPITests {
    private let ledger = Ledger(storeBytes: 100_000)
    private let api: ControlAPI

    init() {
        api = ControlAPI(ledger: ledger)
    }

    private func object(_ answer: ControlAPI.Answer?) throws -> [String: Any] {
        let body = Data(try #require(answer).body)
        return try #require(JSONSerialization.jsonObject(with: body) as? [String: Any])
    }

    /// The body with all its parts.
    private func whole(_ answer: ControlAPI.Answer) -> Data {
        var body = Data(answer.body)
        while let more = answer.more, case .bytes(let part) = more() { body += part }
        return body
    }

    @Test(arguments: [
        "", "/", "health", "//health", "/health/", "/healthz", "/HEALTH", "/runs", "/runs/a/b", "/entries/", "/log",
        "/x",
    ])
    func pathsThatAreNotOurs(path: String) {
        #expect(api.answer(method: "GET", path: path, query: "") == nil)
    }

    /// A request and the status and methods that it is answered with.
    @Test(
        arguments: [
            ("POST", "/health", 405, "GET"), ("DELETE", "/entries", 405, "GET"), ("DELETE", "/runs/r", 405, "GET, PUT"),
            ("POST", "/runs/r", 405, "GET, PUT"), ("get", "/health", 405, "GET"), ("GET", "/runs/unknown", 404, nil),
            ("GET", "/runs/", 400, nil), ("PUT", "/runs/", 400, nil), ("GET", "/runs/%zz", 400, nil),
            ("GET", "/runs/%FF", 400, nil),
        ] as [(String, String, Int, String?)])
    func failures(method: String, path: String, status: Int, allow: String?) throws {
        let answer = try #require(api.answer(method: method, path: path, query: ""))
        #expect(answer.status == status && answer.allow == allow)
        let body = try object(answer)
        #expect(body["error"] as? Bool == true && (body["message"] as? String)?.isEmpty == false)
    }

    @Test func health() throws {
        let (tcp, http) = (ledger.recorder(for: "tcp"), ledger.recorder(for: "http"))
        tcp.record(LogEntry(name: "a", data: "b"))
        tcp.record(LogEntry(name: "a", data: "b"))
        http.countUndecodable()
        tcp.countRepeated(ReceivedEntry(name: RawSpan(), data: RawSpan()))
        let answer = api.answer(method: "GET", path: "/health", query: "")
        #expect(answer?.status == 200)
        #expect(
            String(decoding: answer?.body ?? [], as: UTF8.self)
                == #"{"ledger":{"limit_bytes":268435456,"runs":0,"untracked":0,"used_bytes":0},"received":2,"repeated":1,"status":"ok","transports":{"http":{"received":0,"repeated":0,"undecodable":1},"#
                + #""tcp":{"received":2,"repeated":1,"undecodable":0}},"undecodable":1}"#)
    }

    /// What a lab on another host asks is answered where it is to be, and nowhere else.
    @Test func process() throws {
        for path in ["/clock", "/process"] { #expect(api.answer(method: "GET", path: path, query: "") == nil) }
        let peaks = Mutex(0)
        let meters = ProcessAPI.Meters(
            cpu: { 5 }, memory: { 7 },
            beginPeak: {
                peaks.withLock { $0 += 1 }
                return true
            }, peak: { 9 })
        let told = ControlAPI(
            ledger: ledger, process: ProcessAPI(name: "swift", version: "1", meters: meters))
        func use(_ method: String) throws -> ProcessAPI.Use {
            let answer = try #require(told.answer(method: method, path: "/process", query: ""))
            #expect(answer.status == 200)
            return try JSONDecoder().decode(ProcessAPI.Use.self, from: Data(answer.body))
        }
        // A peak is of a span, and there is none yet.
        #expect(try use("GET") == ProcessAPI.Use(name: "swift", version: "1", cpuNs: 5, memoryBytes: 7))
        #expect(try use("PUT").memoryPeakBytes == 9 && use("GET").memoryPeakBytes == 9)
        #expect(peaks.withLock { $0 } == 1)
        let answer = try #require(told.answer(method: "GET", path: "/clock", query: ""))
        let clock = try JSONDecoder().decode(ProcessAPI.Clock.self, from: Data(answer.body))
        #expect(abs(clock.wallNs - MonotonicClock.wallTime) < 30_000_000_000 && clock.monotonicNs > 0)
        #expect(told.answer(method: "PUT", path: "/clock", query: "")?.allow == "GET")
        #expect(told.answer(method: "POST", path: "/process", query: "")?.allow == "GET, PUT")
        #expect(told.answer(method: "PUT", path: "/runs/r", query: "clock_ahead_ns=soon")?.status == 400)
        #expect(told.answer(method: "PUT", path: "/runs/r", query: "sealed=true&clock_ahead_ns=-5")?.status == 201)
        #expect(ledger.report(run: "r")?.clockAheadNs == -5)
    }

    @Test func entries() throws {
        let recorder = ledger.recorder(for: "tcp")
        for number in 0..<150 { recorder.record(LogEntry(name: "\(number)", data: "d/\"", severity: .warning)) }
        recorder.record(LogEntry(name: "last", data: "", stamp: RunStamp(run: "r", sequence: 7, sentAt: 8)))
        func names(_ query: String) throws -> [String] {
            let answer = try #require(api.answer(method: "GET", path: "/entries", query: query))
            #expect(answer.status == 200)
            let entries = try #require(JSONSerialization.jsonObject(with: whole(answer)) as? [[String: Any]])
            return entries.compactMap { $0["name"] as? String }
        }
        #expect(try names("limit=3") == ["last", "149", "148"])
        #expect(try names("").count == 100 && names("other=1").count == 100 && names("limits=1").count == 100)
        #expect(try names("x=y&limit=10000").count == 151)

        let body = try #require(api.answer(method: "GET", path: "/entries", query: "limit=2")?.body)
        let entries = try #require(JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]])
        #expect(
            entries[0]["run"] as? String == "r" && entries[0]["seq"] as? Int == 7
                && entries[0]["sent_at_ns"] as? Int == 8)
        #expect(entries[0]["severity"] as? String == "INFO" && entries[0]["transport"] as? String == "tcp")
        #expect(
            entries[1]["run"] == nil && entries[1]["severity"] as? String == "WARNING"
                && entries[1]["data"] as? String == "d/\"")
        #expect((entries[0]["received_at_ns"] as? Int64 ?? 0) > 1_704_067_200_000_000_000)
    }

    /// The field that leads to the next page leads through all entries, and ends.
    @Test func pages() throws {
        let recorder = ledger.recorder(for: "tcp")
        for number in 0..<25 { recorder.record(LogEntry(name: "\(number)", data: "")) }
        var (query, names, links): (String, [String], [String?]) = ("limit=10", [], [])
        for _ in 0..<3 {
            let answer = try #require(api.answer(method: "GET", path: "/entries", query: query))
            let entries = try #require(JSONSerialization.jsonObject(with: Data(answer.body)) as? [[String: Any]])
            names += entries.compactMap { $0["name"] as? String }
            links.append(answer.link)
            query = String(answer.link?.split(separator: "?").last?.prefix { $0 != ">" } ?? "")
        }
        #expect(names == (0..<25).reversed().map { "\($0)" })
        #expect(
            links == [
                #"</entries?limit=10&before=15>; rel="next""#, #"</entries?limit=10&before=5>; rel="next""#, nil,
            ])
    }

    /// Without a database what is asked for is not found, rather than not looked at.
    @Test(arguments: ["name=a", "limit=1&severity=ERROR", "since=1", "x=y&until=2026-01-31T12:00:00Z", "name="])
    func filtersWithoutDatabase(query: String) throws {
        ledger.recorder(for: "tcp").record(LogEntry(name: "a", data: ""))
        let answer = try #require(api.answer(method: "GET", path: "/entries", query: query))
        #expect(answer.status == 400)
        #expect((try object(answer)["message"] as? String)?.contains("start it with --database") == true)
    }

    @Test(arguments: [
        "before=", "before=x", "before=-1", "before=1.2", "before=1.", "before=18446744073709551616", "limit=0",
        "limit=-1", "limit=10001",
        "limit=x", "limit=", "limit=1.5", "limit=99999999999999999999",
    ])
    func limitsThatAreNone(query: String) {
        #expect(api.answer(method: "GET", path: "/entries", query: query)?.status == 400)
    }

    /// A run's path, and the run that it stands for.
    @Test(arguments: [
        ("r1", "r1"), ("a%2Fb", "a/b"), ("%C3%A9", "é"), ("a%20b", "a b"), ("100%25", "100%"), ("a+b", "a+b"),
    ])
    func runs(path: String, run: String) throws {
        let announced = api.answer(method: "PUT", path: "/runs/\(path)", query: "sealed=true")
        #expect(announced?.status == 201)
        #expect(try object(announced)["run"] as? String == run)
        #expect(api.answer(method: "PUT", path: "/runs/\(path)", query: "")?.status == 409)

        let recorder = ledger.recorder(for: "tcp")
        recorder.record(run: run, 1, data: PayloadSeal.seal("x"), sentAt: 5)
        recorder.record(run: run, 0, data: "not sealed", sentAt: 5)
        let answer = try #require(api.answer(method: "GET", path: "/runs/\(path)", query: ""))
        #expect(answer.status == 200)
        let report = try JSONDecoder().decode(RunReport.self, from: Data(answer.body))
        #expect(
            report.run == run && report.received == 2 && report.unique == 2 && report.reordered == 1
                && report.corrupt == 1)
        #expect(report.deliveryLatency?.count == 2)
        #expect(report == ledger.report(run: run))
    }

    @Test func runIDThatIsTooLong() {
        let id = String(repeating: "r", count: 129)
        #expect(api.answer(method: "PUT", path: "/runs/\(id)", query: "")?.status == 409)
        #expect(api.answer(method: "GET", path: "/runs/\(id)", query: "")?.status == 404)
    }

    @Test func reportWithoutEntriesLeavesTimesOut() throws {
        let body = try object(api.answer(method: "PUT", path: "/runs/r", query: ""))
        #expect(Set(body.keys) == ["run", "received", "unique", "duplicated", "reordered", "corrupt"])
    }
}
