import Foundation
import Histogram
import Testing

@testable import BenchmarkResults

@Suite("Histogram files")
struct HistogramFileTests {
    @Test("what is written is read again, value by value")
    func roundTrip() throws {
        var histogram = Histogram<UInt32>(highestTrackableValue: HistogramLog.highestLatency)
        var generator = SplitMix64(seed: 5)
        for _ in 0..<5000 {
            histogram.record(generator.next() >> UInt64(30 + generator.next(below: 30)) % 60_000_000_000)
        }
        for value: UInt64 in [0, 1, 1023, 1024, 2047, 2048, 4095, 59_999_999_999] { histogram.record(value) }
        let again = try #require(HistogramCode.decode(HistogramCode.encode(histogram)))
        #expect(again.totalCount == histogram.totalCount)
        for percentile in [0, 1, 25, 50, 90, 99, 99.9, 100] {
            let (one, other) = (histogram.valueAtPercentile(percentile), again.valueAtPercentile(percentile))
            #expect(histogram.valuesAreEquivalent(one, other))
        }
    }

    @Test("an index has the value that is counted there")
    func indices() {
        for index in [0, 1, 1023, 1024, 2047, 2048, 3071, 3072, 20_000] {
            #expect(HistogramCode.index(of: HistogramCode.value(at: index)) == index)
        }
    }

    @Test("what is no histogram, or a damaged one, is none")
    func damage() {
        var histogram = Histogram<UInt32>(highestTrackableValue: HistogramLog.highestLatency)
        histogram.record(57_000)
        let text = HistogramCode.encode(histogram)
        let bytes = Array(Data(base64Encoded: text) ?? Data())
        #expect(HistogramCode.decode("") == nil)
        #expect(HistogramCode.decode("HISTFAAAA") == nil)
        for count in 0..<bytes.count {
            #expect(HistogramCode.decode(Data(bytes[..<count]).base64EncodedString()) == nil)
        }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x40
            // Not a crash; the checksum finds what is in the counts.
            _ = HistogramCode.decode(Data(damaged).base64EncodedString())
        }
    }

    @Test("one whose lowest value is another has its counts at other values, and is none")
    func lowestValue() throws {
        let text = HistogramCode.encode(Histogram<UInt32>(highestTrackableValue: HistogramLog.highestLatency))
        let whole = Array(try #require(Data(base64Encoded: text)))
        var bytes = try #require(Zlib.unpack(Array(whole[8...])))
        #expect(Array(bytes[16..<24]) == [0, 0, 0, 0, 0, 0, 0, 1])
        bytes[22] = 3
        #expect(HistogramCode.decode(Data(whole[..<8] + Zlib.store(bytes)).base64EncodedString()) == nil)
    }

    /// RFC 1950: zlib.compress(b"", 0) and zlib.compress(b"abc", 0) of Python, whose blocks are stored ones, too.
    @Test("a container is that of zlib")
    func container() {
        #expect(Zlib.store([]) == [0x78, 1, 1, 0, 0, 0xFF, 0xFF, 0, 0, 0, 1])
        #expect(Zlib.store(Array("abc".utf8)) == [0x78, 1, 1, 3, 0, 0xFC, 0xFF, 97, 98, 99, 0x02, 0x4D, 0x01, 0x27])
        let large = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        #expect(Zlib.unpack(Zlib.store(large)) == large)
    }
}
