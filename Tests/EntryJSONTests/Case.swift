import Broker
import Testing

@testable import EntryJSON

/// A text, why it is good or bad, and what has to come of it.
struct Case: Sendable, CustomTestStringConvertible {
    var json: [UInt8]
    var reason: String
    /// The entry that it stands for; nil where it has to be refused.
    var entry: LogEntry?

    var testDescription: String { reason }

    /// All texts.
    static let corpus = goodTexts + badTexts + grammar + stringTexts

    static func good(
        _ reason: String, _ json: String, name: String = "a", data: String = "b", severity: Severity = .info,
        run: String = "", seq: UInt64 = 0, sentAt: Int64 = 0
    ) -> Case {
        let stamp = run.isEmpty ? nil : RunStamp(run: run, sequence: seq, sentAt: sentAt)
        return Case(
            json: Array(json.utf8), reason: reason,
            entry: LogEntry(name: name, data: data, severity: severity, stamp: stamp))
    }

    static func bad(_ reason: String, _ json: String) -> Case {
        Case(json: Array(json.utf8), reason: reason)
    }

    /// A text whose data are `bytes`, between the quotation marks.
    static func bad(_ reason: String, data bytes: [UInt8]) -> Case {
        Case(json: Array(#"{"name":"a","data":""#.utf8) + bytes + Array(#""}"#.utf8), reason: reason)
    }

    /// A text with another member in front of an entry's.
    static func good(_ reason: String, member: String) -> Case {
        good(reason, "{\(member),\"name\":\"a\",\"data\":\"b\"}")
    }

    static func bad(_ reason: String, member: String) -> Case {
        bad(reason, "{\(member),\"name\":\"a\",\"data\":\"b\"}")
    }

    /// A text with a run, and another member of it.
    static func good(_ reason: String, inRun member: String, seq: UInt64 = 0, sentAt: Int64 = 0) -> Case {
        good(reason, "{\"name\":\"a\",\"data\":\"b\",\"run\":\"r\",\(member)}", run: "r", seq: seq, sentAt: sentAt)
    }

    static func bad(_ reason: String, inRun member: String) -> Case {
        bad(reason, "{\"name\":\"a\",\"data\":\"b\",\"run\":\"r\",\(member)}")
    }
}

/// What a reader makes of a text.
func read(_ json: [UInt8], with reader: inout EntryJSONReader) throws(EntryJSONError) -> LogEntry {
    try reader.read(json.span.bytes) { $0.copy() }
}

func read(_ json: [UInt8]) throws(EntryJSONError) -> LogEntry {
    var reader = EntryJSONReader()
    return try read(json, with: &reader)
}

func readAction(_ json: String) throws(EntryJSONError) -> LogEntry {
    var reader = EntryJSONReader()
    return try reader.readAction(json.utf8.span.bytes) { $0.copy() }
}
