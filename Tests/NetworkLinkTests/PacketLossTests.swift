import Testing

@testable import NetworkLink

@Suite("Losses")
struct PacketLossTests {
    private static let packets = 100_000

    @Test(
        "as many are lost as asked for: within the binomial interval of 99.99% over 100,000 packets",
        arguments: [0.01, 0.1, 1, 3, 50], [1, 2, 3] as [UInt64])
    func bernoulli(_ percent: Double, _ seed: UInt64) {
        var loss = PacketLoss(percent: percent, burst: nil, seed: seed)
        let lost = (0..<Self.packets).count { _ in loss.takesNext() }
        let expected = Double(Self.packets) * percent / 100
        // 3.9 standard deviations, and one packet for a distribution that is of whole ones.
        let margin = 3.9 * (expected * (1 - percent / 100)).squareRoot() + 1
        #expect(abs(Double(lost) - expected) <= margin, "\(lost) of \(expected) ± \(margin)")
    }

    @Test(
        "in bursts, as many are lost as asked for, and each burst is as long as asked for",
        arguments: [(1.0, 1.0), (1, 4), (3, 10), (20, 2.5)])
    func gilbert(_ percent: Double, _ burst: Double) {
        var loss = PacketLoss(percent: percent, burst: burst, seed: 7)
        var (lost, bursts, isLosing) = (0, 0, false)
        let packets = Self.packets * 10
        for _ in 0..<packets {
            let isLost = loss.takesNext()
            if isLost { lost += 1 }
            if isLost, !isLosing { bursts += 1 }
            isLosing = isLost
        }
        #expect(abs(Double(lost) / Double(packets) * 100 / percent - 1) < 0.06, "\(lost)")
        #expect(abs(Double(lost) / Double(max(bursts, 1)) / burst - 1) < 0.06, "\(lost) in \(bursts)")
    }

    @Test("nothing is lost where nothing is to be")
    func none() {
        var loss = PacketLoss(percent: 0, burst: nil, seed: 1)
        #expect(!(0..<Self.packets).contains { _ in loss.takesNext() })
    }
}
