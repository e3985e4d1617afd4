/// What an answer has to hold up to beside its load, as far as it was measured.
protocol AdviceCondition: Sendable {
    /// What is asked: `with logger-kill`.
    var wish: String { get }
    /// Whether there is any cell of it.
    var isMeasured: Bool { get }
    /// The command that measures it.
    var command: String { get }
    /// Why a transport will not do, of which that is a row under the load; nil where it will.
    func reason(against row: ResultRow) -> String?
    /// What it came to on those, and what that stands on.
    func lines(of transports: [String]) -> [String]
}

extension Advice.Question {
    /// All that is asked beside the load, looked for in those runs.
    func conditions(in runs: [(folder: String, report: Report)]) -> [any AdviceCondition] {
        var all: [any AdviceCondition] = []
        if let fault { all.append(AdviceFault(fault, within: within, near: self, in: runs)) }
        if let overload { all.append(AdviceOverload(overload, near: self, in: runs)) }
        return all
    }

    /// How far a load is from what is asked: the size first, then the rate, each as a factor from 1 on.
    func distance(to point: LoadPoint) -> (Double, Double) {
        func factor(_ one: Double, _ other: Double) -> Double { max(one / other, other / one) }
        let rate = point.load.ratePerSecond.map { factor($0, self.rate) } ?? 1
        return (factor(Double(max(point.payloadBytes, 1)), Double(max(payloadBytes, 1))), rate)
    }
}
