import Broker
import Foundation
import Testing

/// Foundation and Python's json make of the corpus what it says, but where the table below says otherwise.
@Suite struct OracleTests {
    @Test func corpusIsLargeAndEachCaseHasItsOwnReason() {
        #expect(Case.corpus.count >= 300)
        let reasons = Dictionary(grouping: Case.corpus, by: \.reason).filter { $0.value.count > 1 }.keys
        #expect(reasons.isEmpty)
        let unknown = (Array(Self.foundation.keys) + Array(Self.python.keys)).filter { reason in
            !Case.corpus.contains { $0.reason == reason }
        }
        #expect(unknown.isEmpty)
    }

    @Test(arguments: Case.corpus)
    func agreesWithFoundation(text: Case) {
        // The decoder does not look closely at what nobody asks for; the other parser of Foundation's does.
        let isJSON = (try? JSONSerialization.jsonObject(with: Data(text.json), options: .fragmentsAllowed)) != nil
        let foundation = isJSON ? try? JSONDecoder().decode(OracleEntry.self, from: Data(text.json)).entry : nil
        #expect((foundation == text.entry) != (Self.foundation[text.reason] != nil))
    }

    @Test func agreesWithPython() throws {
        let lines = try Self.python(Case.corpus.map { $0.json.map { String(format: "%02x", $0) }.joined() })
        try #require(lines.count == Case.corpus.count)
        for (text, line) in zip(Case.corpus, lines) {
            let python = try JSONDecoder().decode(OracleEntry?.self, from: Data(line.utf8))?.entry
            #expect((python == text.entry) != (Self.python[text.reason] != nil), "\(text.reason): \(line)")
        }
    }

    /// What `Tests/Peers/python/read_json.py` makes of texts in hexadecimal digits.
    private static func python(_ texts: [String]) throws -> [Substring] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let process = Process()
        let path = ProcessInfo.processInfo.environment["BROKERLAB_PYTHON"] ?? "/usr/bin/python3"
        process.executableURL = URL(filePath: path)
        process.arguments = [folder.appending(path: "../Peers/python/read_json.py").path]
        let (input, output) = (Pipe(), FileHandle.temporary())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(texts.joined(separator: "\n").utf8))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        try output.seek(toOffset: 0)
        return String(decoding: try output.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
    }

    /// Where Foundation differs, and what RFC 8259 says to that.
    private static let foundation: [String: String] = {
        let first =
            "of names that come twice Foundation takes the first; RFC 8259, 4, leaves that open, and Go takes the last"
        let numbers =
            "Foundation takes a number without a fractional part for an integer; the contract's Go peers do not"
        let comma = "Foundation lets a comma stand at the end; RFC 8259, 4 and 5, does not"
        let encoding = "Foundation guesses the encoding; RFC 8259, 8.1, knows UTF-8 only"
        let limit = "a limit of ours, as RFC 8259, 9, allows"
        return [
            "the last of two names counts": first, "the last of two data counts": first,
            "a null name, then one": first, "a name taken back": first, "a run given twice": first,
            "a run taken back": first, "seq 1.0": numbers, "seq 1e2": numbers, "seq 1E2": numbers,
            "a comma at the end": comma, "an unknown array with a comma": comma,
            "an object with a comma at the end": comma, "UTF-16, low byte first": encoding,
            "UTF-16, high byte first": encoding, "UTF-16 with its mark": encoding, "UTF-32, low byte first": encoding,
            "a byte order mark": "RFC 8259, 8.1, lets a parser ignore it, as Foundation does, and forbids to send it",
            "a run over the limit": limit, "a run over the limit in bytes": limit, "65 arrays in each other": limit,
            "an unknown 1e400, of any size and form":
                "no Double is so large; RFC 8259, 6, lets a number be of any size",
        ]
    }()

    /// Where Python's json differs.
    private static let python: [String: String] = {
        let surrogate = "a str can hold half a surrogate pair; RFC 8259, 8.2, calls the result unpredictable"
        let limit = "a limit of ours, as RFC 8259, 9, allows"
        return [
            "an unknown lone surrogate": surrogate, "a lone half in a key": surrogate, "a run over the limit": limit,
            "a run over the limit in bytes": limit, "65 arrays in each other": limit,
        ]
    }()
}

extension FileHandle {
    /// A file without a name, for what would fill a pipe.
    fileprivate static func temporary() -> FileHandle {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return FileHandle(forUpdatingAtPath: path) ?? .nullDevice
    }
}

/// An entry as the oracles read it.
private struct OracleEntry: Decodable {
    var name: String
    var data: String
    var severity: String?
    var run: String?
    var seq: UInt64?
    var sentAt: Int64?

    enum CodingKeys: String, CodingKey {
        case name, data, severity, run, seq
        case sentAt = "sent_at"
    }

    /// Nil for a severity that there is not.
    var entry: LogEntry? {
        guard let severity = Severity.allCases.first(where: { $0.name == self.severity ?? "INFO" }) else { return nil }
        let stamp = (run ?? "").isEmpty ? nil : RunStamp(run: run ?? "", sequence: seq ?? 0, sentAt: sentAt ?? 0)
        return LogEntry(name: name, data: data, severity: severity, stamp: stamp)
    }
}
