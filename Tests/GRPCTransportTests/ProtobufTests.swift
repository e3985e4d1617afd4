import Broker
import EngineTestKit
import EntryProtobuf
import HTTP2TestKit
import SwiftProtobuf
import Testing

@testable import GRPCTransport

/// The hand-written codec against SwiftProtobuf's generated types.
@Suite struct ProtobufTests {
    static let texts = [
        "", "a", "login", "ü✓𝄞", String(repeating: "x", count: 127), String(repeating: "y", count: 128),
        String(repeating: "é", count: 9_000),
    ]

    private func encode(_ entry: LogEntry, part: Int = .max) -> [UInt8] {
        var encoder = LogRequestEncoder(entry)
        var bytes: [UInt8] = []
        while encoder.rest > 0 {
            let count = min(part, encoder.rest)
            bytes += [UInt8](unsafeUninitializedCapacity: count) { memory, initialized in
                guard let start = memory.baseAddress else { return }
                encoder.write(count, to: start)
                initialized = count
            }
        }
        #expect(bytes.count == encoder.count)
        return bytes
    }

    private func generated(_ entry: LogEntry) throws -> Logs_LogRequest {
        var request = Logs_LogRequest()
        request.logEntry.name = entry.name
        request.logEntry.data = entry.data
        request.logEntry.severity = Logs_Severity(rawValue: Int(entry.severity.rawValue)) ?? .info
        if let stamp = entry.stamp {
            request.logEntry.run = stamp.run
            request.logEntry.seq = stamp.sequence
            request.logEntry.sentAt = stamp.sentAt
        }
        return request
    }

    private func decode(_ bytes: [UInt8]) throws -> LogEntry {
        let fields = try LogRequestFields(reading: bytes.span.bytes)
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        return LogEntry(
            name: text(fields.name), data: text(fields.data), severity: fields.knownSeverity,
            stamp: RunStamp(run: text(fields.run), sequence: fields.sequence, sentAt: fields.sentAt))
    }

    @Test func bothCodecsWriteAndReadTheSameBytes() throws {
        let stamps = [
            nil, RunStamp(run: "r", sequence: 0, sentAt: 0),
            RunStamp(run: "run", sequence: 300, sentAt: 1_700_000_000_000_000_000),
            RunStamp(run: String(repeating: "r", count: 128), sequence: .max, sentAt: .min),
        ]
        for name in Self.texts {
            for data in Self.texts {
                for (index, stamp) in stamps.enumerated() {
                    let severity = Severity.allCases[index % 3]
                    let entry = LogEntry(name: name, data: data, severity: severity, stamp: stamp)
                    let expected: [UInt8] = try generated(entry).serializedBytes()
                    #expect(encode(entry) == RawFrames.message(expected))
                    var decoded = entry
                    decoded.stamp = stamp ?? RunStamp(run: "", sequence: 0, sentAt: 0)
                    #expect(try decode(expected) == decoded)
                }
            }
        }
    }

    @Test(arguments: [1, 2, 5, 13, 100])
    func aMessageCanBeWrittenInParts(part: Int) {
        let stamp = RunStamp(run: "run-1", sequence: 70_000, sentAt: -1)
        let entry = LogEntry(name: "näme", data: String(repeating: "data", count: 60), severity: .warning, stamp: stamp)
        #expect(encode(entry, part: part) == encode(entry))
    }

    /// Random and mutated bytes: both decoders accept the same messages and read the same from them.
    @Test func bothDecodersAgreeOnAnything() throws {
        var random = SeededGenerator(seed: 4)
        let stamp = RunStamp(run: "run", sequence: 300, sentAt: -1)
        let seed: [UInt8] = try generated(LogEntry(name: "nämé", data: "data", severity: .error, stamp: stamp))
            .serializedBytes()
        var accepted = 0
        for _ in 0..<50_000 {
            var bytes = seed
            if Bool.random(using: &random) {
                bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in UInt8.random(in: 0...60, using: &random)
                }
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[index], at: index)
                }
            }
            let expected = try? Logs_LogRequest(serializedBytes: bytes)
            let fields = try? LogRequestFields(reading: bytes.span.bytes)
            #expect((expected == nil) == (fields == nil), "\(bytes)")
            guard let log = expected?.logEntry, let fields else { continue }
            accepted += 1
            #expect(Array(bytes[fields.name]) == Array(log.name.utf8), "\(bytes)")
            #expect(Array(bytes[fields.data]) == Array(log.data.utf8), "\(bytes)")
            #expect(Array(bytes[fields.run]) == Array(log.run.utf8), "\(bytes)")
            #expect(fields.sequence == log.seq && fields.sentAt == log.sentAt, "\(bytes)")
            #expect(
                fields.knownSeverity.rawValue == UInt8(exactly: log.severity.rawValue).flatMap(Severity.init)?.rawValue
                    ?? 0)
        }
        #expect(accepted > 1000)
    }

    @Test func theReplyIsALogResponse() throws {
        let bytes = UnsafeBufferPointer(
            start: LogResponse.logged.utf8Start, count: LogResponse.logged.utf8CodeUnitCount)
        var expected = Logs_LogResponse()
        expected.result = "logged"
        #expect(Array(bytes) == RawFrames.message(try expected.serializedBytes()))
    }
}
