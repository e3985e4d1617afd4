import BenchmarkResults

/// Which packets of a sequence are lost, drawn from a seed: the same seed loses the same ones, whatever they hold.
///
/// Each by itself (Bernoulli); or in bursts of a mean length, by a chain of two states in one of which all is lost (Gilbert,
/// "Capacity of a burst-noise channel", 1960; Elliott, 1963).
struct PacketLoss: Sendable {
    /// How likely the next one is lost behind one that was not.
    private let entering: Double
    /// How likely the next one is lost behind one that was.
    private let staying: Double
    private var generator: SplitMix64
    private var isLosing = false

    /// - Parameters:
    ///   - percent: how many are lost.
    ///   - burst: how many in a row, on average; nil for each by itself.
    init(percent: Double, burst: Double?, seed: UInt64) {
        let part = percent / 100
        if let burst {
            // The part of the time in which all is lost is entering / (entering + leaving).
            let leaving = 1 / burst
            entering = min(1, leaving * part / (1 - part))
            staying = 1 - leaving
        } else {
            entering = part
            staying = part
        }
        generator = SplitMix64(seed: seed)
    }

    /// Whether the next packet is lost.
    mutating func takesNext() -> Bool {
        guard entering > 0 else { return false }
        isLosing = generator.nextPart() < (isLosing ? staying : entering)
        return isLosing
    }
}

extension SplitMix64 {
    /// Evenly drawn from 0 to below 1.
    mutating func nextPart() -> Double { Double(next() >> 11) * 0x1p-53 }
}
