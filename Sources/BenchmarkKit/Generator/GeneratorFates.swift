import BenchmarkResults

/// What became of each entry of a phase, as a load generator says it: lists of one length, with a place for each entry.
///
/// There are at most ``SuiteRules/mostFates``, which bounds the line that this is part of to some 3 MB.
struct GeneratorFates: Sendable, Hashable, Codable {
    /// Sequence numbers.
    var sequence: [UInt64] = []
    /// When each was handed to the transport, in microseconds since the phase's start.
    var sentUs: [UInt64] = []
    /// How long it then took until its outcome was known, in microseconds.
    var tookUs: [UInt64] = []
    /// A letter for each: a for acknowledged, n for certainly not sent, r for not taken by the logger, u for unknown.
    var outcome = ""

    private enum CodingKeys: String, CodingKey {
        case sequence, outcome
        case sentUs = "sent_us"
        case tookUs = "took_us"
    }

    init(_ fates: [EntryFate], since start: UInt64) {
        sequence = fates.map(\.sequence)
        sentUs = fates.map { ($0.sent - min(start, $0.sent)) / 1000 }
        tookUs = fates.map { ($0.ended - min($0.sent, $0.ended)) / 1000 }
        outcome = String(decoding: fates.map(\.outcome.rawValue), as: UTF8.self)
    }

    /// The same as times of a clock.
    /// - Throws: ``BenchmarkError`` where they are not what came of a phase with these counts.
    func fates(of result: LoadResult) throws(BenchmarkError) -> [EntryFate] {
        let letters = Array(outcome.utf8)
        let lengths = [sequence.count, sentUs.count, tookUs.count, letters.count]
        guard Set(lengths).count == 1, letters.count <= 2 * SuiteRules.mostFates else {
            throw BenchmarkError("the load generator's fates are not of one length, or more than there can be")
        }
        let fates = letters.indices.compactMap { index -> EntryFate? in
            guard let outcome = EntryFate.Outcome(rawValue: letters[index]), sentUs[index] < 1 << 50,
                tookUs[index] < 1 << 50
            else { return nil }
            let sent = result.start &+ sentUs[index] * 1000
            return EntryFate(
                sequence: sequence[index], sent: sent, ended: sent &+ tookUs[index] * 1000, outcome: outcome)
        }
        func count(_ outcome: EntryFate.Outcome) -> UInt64 { UInt64(fates.count { $0.outcome == outcome }) }
        guard fates.count == letters.count, UInt64(fates.count) == result.sent, count(.acknowledged) == result.acked,
            count(.notSent) == result.notSent, count(.rejected) == result.rejected, count(.unknown) == result.unknown
        else {
            throw BenchmarkError("the load generator's fates are not those that it has counted")
        }
        guard Set(sequence).count == sequence.count else {
            throw BenchmarkError("the load generator tells an entry's fate twice")
        }
        return fates
    }
}
