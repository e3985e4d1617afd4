import Testing

@testable import NetworkLink

@Suite("Packets on their way")
struct PacketRingTests {
    private func put(_ number: Int, _ ring: PacketRing) -> Bool {
        let length = 1 + number % ring.stride
        let isKept: Void? = ring.withFreePlace { place in
            for index in 0..<length { place[index] = UInt8(truncatingIfNeeded: number + index) }
        }
        guard isKept != nil else { return false }
        ring.append(length: length, due: UInt64(number))
        return true
    }

    private func take(_ number: Int, _ ring: PacketRing) {
        #expect(ring.firstDue == UInt64(number))
        ring.withFirst { packet in
            #expect(packet.count == 1 + number % ring.stride)
            #expect(packet.indices.allSatisfy { packet[$0] == UInt8(truncatingIfNeeded: number + $0) })
        }
        ring.removeFirst()
    }

    @Test("first in, first out, as they were, also where the ring grows while it is bent", arguments: [0, 1, 3, 4])
    func order(_ offset: Int) {
        let ring = PacketRing(longest: 20, capacity: 4)
        var (first, next) = (0, 0)
        for _ in 0..<offset {
            #expect(put(next, ring))
            next += 1
            take(first, ring)
            first += 1
        }
        for round in 1...50 {
            for _ in 0..<round {
                #expect(put(next, ring))
                next += 1
            }
            for _ in 0..<(round / 2) {
                take(first, ring)
                first += 1
            }
        }
        #expect(ring.count == next - first)
        while first < next {
            take(first, ring)
            first += 1
        }
        #expect(ring.firstDue == nil && ring.count == 0)
    }

    @Test("a packet that is read and not kept leaves its place free")
    func notKept() {
        let ring = PacketRing(longest: 4, capacity: 1)
        _ = ring.withFreePlace { $0[0] = 9 }
        #expect(ring.firstDue == nil)
        #expect(put(3, ring))
        take(3, ring)
    }

    @Test("there is a bound to what is kept")
    func bound() {
        let ring = PacketRing(longest: 100, capacity: 1, mostBytes: 400)
        for number in 0..<4 {
            #expect(ring.withFreePlace { $0.count } == 100)
            ring.append(length: 1, due: UInt64(number))
        }
        #expect(ring.withFreePlace { $0.count } == nil)
        ring.removeFirst()
        #expect(ring.withFreePlace { $0.count } != nil)
    }
}
