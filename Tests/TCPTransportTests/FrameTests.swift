import Broker
import EngineTestKit
import NIOCore
import Testing

@testable import TCPTransport

/// The wire of the floor, byte by byte.
@Suite struct FrameTests {
    static let stamped = LogEntry(
        name: "né", data: "data", severity: .error,
        stamp: RunStamp(run: "r1", sequence: 0x0102_0304_0506_0708, sentAt: -2))

    @Test func goldenBytes() throws {
        var out = ByteBuffer()
        try EntryFrame.write(Self.stamped, limits: EntryLimits(), into: &out)
        let numbers: [UInt8] =
            [0, 0, 0, 33, 2, 2, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 255, 255, 255, 255, 255, 255, 255, 254]
        #expect(Array(out.readableBytesView) == numbers + Array("r1nédata".utf8))

        var bare = ByteBuffer()
        try EntryFrame.write(LogEntry(name: "", data: ""), limits: EntryLimits(), into: &bare)
        #expect(Array(bare.readableBytesView) == [0, 0, 0, 24] + [UInt8](repeating: 0, count: 24))
    }

    /// What is wrong with an entry; nothing of it is written.
    @Test(arguments: [
        (LogEntry(name: "12345", data: "678901"), "an entry of 11 bytes (name and data) exceeds the limit of 10 bytes"),
        (
            LogEntry(
                name: "", data: "", stamp: RunStamp(run: String(repeating: "é", count: 65), sequence: 0, sentAt: 0)),
            "a run id of 130 bytes exceeds the limit of 128 bytes"
        ),
    ])
    func refusesToWrite(entry: LogEntry, message: String) {
        var client = TCPClientEngine(capacity: 4, limits: EntryLimits(maxEntryBytes: 10))
        var out = ByteBuffer()
        #expect(throws: TransportError(.notSent, message)) { try client.send(entry, ticket: 0, into: &out) }
        #expect(out.readableBytes == 0)
    }

    /// The start of a frame, how many zeros come behind it, the status that it is answered with, and why.
    struct BadFrame: Sendable, CustomTestStringConvertible {
        var start: [UInt8]
        var zeros: Int
        var status: String
        var testDescription: String

        init(_ start: [UInt8], _ zeros: Int, _ status: String, _ reason: String) {
            self.start = start
            self.zeros = zeros
            self.status = status
            self.testDescription = reason
        }
    }

    private static let badFrames: [BadFrame] = [
        BadFrame([0, 0, 0, 23], 24, "WHAT", "shorter than a head"),
        BadFrame([0, 0, 0, 0], 0, "WHAT", "no length"),
        BadFrame([0, 0, 0, 163], 24, "LONG", "longer than an entry with a run can be"),
        BadFrame([0x7F, 0xFF, 0xFF, 0xFF], 0, "LONG", "a length that nobody sends"),
        BadFrame([0xFF, 0xFF, 0xFF, 0xFF], 0, "LONG", "all ones"),
        BadFrame(Array("GET ".utf8), 0, "LONG", "another protocol"),
        BadFrame([0, 0, 0, 35], 24, "LONG", "an entry one byte too large"),
        BadFrame([0, 0, 0, 24, 3], 23, "WHAT", "an unknown severity"),
        BadFrame([0, 0, 0, 24, 0, 1], 22, "WHAT", "a run longer than the frame"),
        BadFrame([0, 0, 0, 162, 0, 129], 22, "WHAT", "a run over the limit"),
        BadFrame([0, 0, 0, 24, 0, 0, 0, 1], 20, "WHAT", "the reserved bytes are used"),
        BadFrame([0, 0, 0, 25, 0, 0, 0, 0, 0, 0, 0, 2], 17, "WHAT", "a name longer than the frame"),
        BadFrame([0, 0, 0, 24, 0, 0, 0, 0, 255, 255, 255, 255], 16, "WHAT", "a huge name"),
    ]

    @Test(arguments: badFrames)
    func refusesToRead(frame: BadFrame) {
        let bytes = frame.start + [UInt8](repeating: 0, count: frame.zeros)
        for step in [1, 1_000] {
            var server = TCPServerEngine(limits: EntryLimits(maxEntryBytes: 10))
            let outcome = server.feed(bytes, step: step)
            #expect(outcome.error != nil)
            #expect(outcome.said == Array(frame.status.utf8) + [0, 0, 0, 0])
            #expect(outcome.undecodable == 1)
            #expect(outcome.entries == [])
        }
    }

    @Test func takesTheLargestEntry() throws {
        let limits = EntryLimits(maxEntryBytes: 10)
        let pair = EnginePair(TCPClientEngine(capacity: 1, limits: limits), TCPServerEngine(limits: limits))
        let stamp = RunStamp(run: String(repeating: "r", count: 128), sequence: 1, sentAt: 1)
        let entry = LogEntry(name: "12345", data: "67890", stamp: stamp)
        #expect(try pair.roundTrip(entry) == [Fate(ticket: 0)])
        #expect(pair.recorder.entries == [entry])
    }
}
