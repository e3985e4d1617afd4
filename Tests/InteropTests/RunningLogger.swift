import Foundation
import Subprocess
import Testing

/// `brokerlab logger`, from when it is ready until a test's scope ends.
struct RunningLogger: Sendable {
    let program: RunningProgram
    /// Where each transport can be reached, by its name.
    let targets: [String: String]

    /// The newest entries, newest first, from as many pages as they take.
    func entries(limit: Int) async throws -> [LoggedEntry] {
        var entries: [LoggedEntry] = []
        var next: String? = "/entries?limit=\(limit)"
        while let page = next, entries.count < limit {
            // Behind the body, what the Link field says: `</entries?…>; rel="next"`.
            let url = "http://\(targets["http"]!)\(page)"
            // Of large entries a page is many megabytes, which a debug build takes its time for.
            let answer = try await runProgram(
                .curl, ["--max-time", "80", "--fail", "--write-out", "\n%header{link}\n", url], limit: .seconds(90))
            try #require(answer.exitCode == 0, "\(answer.errors.text)")
            let lines = answer.output.text.split(separator: "\n")
            entries += try JSONDecoder().decode([LoggedEntry].self, from: Data((lines.first ?? "").utf8))
            next = lines.count > 1 ? lines[1].split(separator: ">").first.map { String($0.dropFirst()) } : nil
        }
        return Array(entries.prefix(limit))
    }

    /// Waits until there are `count` entries: those of a message broker come after its own acknowledgement.
    func entries(atLeast count: Int) async throws -> [LoggedEntry] {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(20)
        while clock.now < deadline {
            let entries = try await entries(limit: count + 1)
            if entries.count >= count { return entries }
            // The API has no way to wait for an entry.
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the logger did not get \(count) entries within 20 s")
        return []
    }

    /// Asks whether the logger is well.
    func isHealthy() async throws -> Bool {
        try await answer("/health").exitCode == 0
    }

    /// What it answers to a GET.
    func answer(_ path: String) async throws -> FinishedProgram {
        try await runProgram(.curl, ["--fail", "http://\(targets["http"]!)\(path)"])
    }
}

/// An entry as `GET /entries` lists it.
struct LoggedEntry: Decodable {
    var name: String
    var data: String
    var severity: String

    var plain: PlainEntry { PlainEntry(name: name, data: data) }
}

/// Runs a logger that listens on a free port for each of `transports` while `body` runs, then stops it with SIGTERM,
/// which it has to answer with exit 0; or kills it, if so told.
func withLogger(
    _ transports: [String], arguments: [String] = [], limit: Duration = .seconds(40), isKilled: Bool = false,
    program: Program = .brokerlab, _ body: (RunningLogger) async throws -> Void
) async throws {
    struct AddressLine: Decodable {
        var transport: String
        var target: String
    }
    struct ReadyLine: Decodable {
        var ready: Bool
    }
    let flags = Set(transports).union(["http"]).flatMap { ["--\($0)", "127.0.0.1:0"] }
    let finished = try await withProgram(program, ["logger"] + flags + arguments, limit: limit) { program in
        _ = try await program.line(ReadyLine.self)
        let addresses = try await program.lines(flags.count / 2, AddressLine.self)
        let targets = Dictionary(uniqueKeysWithValues: addresses.map { ($0.transport, $0.target) })
        try await body(RunningLogger(program: program, targets: targets))
        // The body may have done that already.
        if isKilled { try? program.signal(.kill) }
    }
    if isKilled { return }
    #expect(finished.exitCode == 0, "\(finished.errors.text)")
}

/// Runs a broker that forwards over `transport` to `target` while `body` runs, which is given the broker's address; then
/// stops it with SIGTERM, which it has to answer with exit 0.
func withBroker(
    _ transport: String, to target: String, arguments: [String] = [],
    _ body: (RunningProgram, String) async throws -> Void
) async throws {
    struct ReadyLine: Decodable {
        var ready: Bool
    }
    let arguments = ["broker", "--listen", "127.0.0.1:0", "--transport", transport, "--to", target] + arguments
    let finished = try await withProgram(.brokerlab, arguments) { program in
        _ = try await program.line(ReadyLine.self)
        try await body(program, program.line(ListenLine.self).listen)
    }
    #expect(finished.exitCode == 0, "\(finished.errors.text)")
}
