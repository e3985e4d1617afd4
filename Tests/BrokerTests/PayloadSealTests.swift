import Broker
import Testing

@Suite struct PayloadSealTests {
    private func text(_ count: Int) -> String {
        String(decoding: (0..<count).map { UInt8(0x20 + ($0 &* 31) % 95) }, as: UTF8.self)
    }

    private func isIntact(_ bytes: [UInt8]) -> Bool {
        PayloadSeal.isIntact(bytes.span.bytes)
    }

    @Test func sealedTextsAreIntact() {
        for count in 0...300 {
            let sealed = PayloadSeal.seal(text(count))
            #expect(isIntact(Array(sealed.utf8)), "\(count) bytes")
            #expect(sealed.utf8.count == PayloadSeal.byteCount + count)
            #expect(sealed.hasSuffix(text(count)))
        }
        #expect(isIntact(Array(PayloadSeal.seal("größe ✓ 🙂").utf8)))
    }

    /// The low bit, the high bit, and two others of every byte.
    @Test func everyChangedByteIsNoticed() {
        for count in 0...100 {
            var bytes = Array(PayloadSeal.seal(text(count)).utf8)
            for index in bytes.indices {
                for change: UInt8 in [0x01, 0x20, 0x80, 0xFF] {
                    bytes[index] ^= change
                    let isIntact = isIntact(bytes)
                    bytes[index] ^= change
                    #expect(!isIntact, "byte \(index) of \(count) changed by \(change)")
                }
            }
        }
    }

    /// Every value of every byte, for lengths around the checksum's lanes.
    @Test(arguments: [0, 1, 31, 32, 33])
    func everyValueIsNoticed(count: Int) {
        var bytes = Array(PayloadSeal.seal(text(count)).utf8)
        for index in bytes.indices {
            let right = bytes[index]
            var accepted: [UInt8] = []
            for value in UInt8.min...UInt8.max {
                bytes[index] = value
                if isIntact(bytes) { accepted.append(value) }
            }
            bytes[index] = right
            #expect(accepted == [right], "byte \(index)")
        }
    }

    @Test func cutGrownAndSwappedTextsAreNoticed() {
        let sealed = Array(PayloadSeal.seal(text(70)).utf8)
        for count in 0..<sealed.count {
            #expect(!isIntact(Array(sealed.prefix(count))), "cut to \(count) bytes")
        }
        for byte: UInt8 in [0, 1, 0x20, 0xFF] {
            #expect(!isIntact(sealed + [byte]), "grown by \(byte)")
        }
        for first in 16..<sealed.count - 32 {
            var swapped = sealed
            swapped.swapAt(first, first + 32)
            #expect(sealed[first] == sealed[first + 32] || !isIntact(swapped), "lane-wise swap at \(first)")
        }
    }

    @Test func zeroesOfDifferentLengthsDiffer() {
        var checksums: Set<UInt64> = []
        for count in 0...200 {
            checksums.insert(PayloadSeal.checksum(of: [UInt8](repeating: 0, count: count).span.bytes))
        }
        #expect(checksums.count == 201)
    }
}
