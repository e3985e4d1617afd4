extension Suite {
    /// In how many slices a cell is measured that has turns with the others of its load, as many in either half; nil for one piece.
    package var slices: Int? {
        guard let width = sliceMs, width > 0 else { return nil }
        // Of a duration that may be anything as yet.
        return Int(exactly: min(max(1, (duration * 500 / width).rounded()), 1e9)).map { 2 * $0 }
    }

    /// Whether what the keys that were given have made of the suite can be measured in the slices that it had before.
    ///
    /// Of other loads than a suite's own nobody has tried whether entries are answered within half a slice: those have to look like it on
    /// a slow machine.
    func fitsSlices(changed given: [SuiteKey]) -> Bool {
        guard let width = sliceMs, width > 0 else { return true }
        guard loads.contains(.closed), SuiteRules.faultOfSlices(of: self) == nil else { return false }
        let haveLoadsChanged = given.contains { Self.keysOfLoads.contains($0.name) }
        return !haveLoadsChanged || slowestSecondsInFlight * 1000 <= SuiteRules.mostOfSlice * width
    }

    private static let keysOfLoads: Set = ["payload_bytes", "in_flight", "logger_work_us"]

    /// How long an entry of the largest load takes on a machine that carries no more than 30,000 of them a second and 200 MB/s, in seconds.
    private var slowestSecondsInFlight: Double {
        let work = Double(usedLoggerWork.max() ?? 0) / 1e6
        return Double(inFlight.max() ?? 1) * (1 / 30_000 + Double(payloadBytes.max() ?? 0) / 200e6 + work)
    }
}

extension SuiteRules {
    /// How wide slices may be, in milliseconds: narrower ones are made of their edges.
    package static let sliceMilliseconds = 5.0...10_000
    /// The most slices of a cell.
    package static let mostSlices = 100_000
    /// How much of a slice an entry may take: of more, its edges would tell.
    package static let mostOfSlice = 0.5

    @Sendable static func checkSlices(_ suite: Suite, _ choice: TransportChoice) throws(SuiteViolation) {
        if let fault = faultOfSlices(of: suite) { throw SuiteViolation(key: "slice_ms", message: fault) }
    }

    /// Why a suite cannot be measured in its slices; nil where it can, or has none.
    ///
    /// Slices are no shorter than what begins and ends them, and no longer than a cell, nor too many; and what a cell comes to over
    /// time is told of one piece. What cannot be measured in slices is not measured beside cells that are: caches hold what others have
    /// left there. Where the kernel chooses the cores it has processes that rest most of the time share one.
    static func faultOfSlices(of suite: Suite) -> String? {
        guard let width = suite.sliceMs, width != 0 else { return nil }
        guard sliceMilliseconds.contains(width) else {
            return "\(width) is out of range; allowed: 0, or \(text(sliceMilliseconds))"
        }
        guard width <= suite.duration * 1000 else {
            return "a slice of \(DecimalText.short(width)) ms is longer than duration_s"
        }
        guard !suite.hasTimeline else {
            return "what is told over time is of cells in one piece; leave out timeline_ms"
        }
        guard (suite.slices ?? 0) <= mostSlices else {
            return
                "\(DecimalText.short(suite.duration)) s in slices of \(DecimalText.short(width)) ms are more than \(mostSlices) slices; "
                + "take wider ones"
        }
        let ofOnePiece = [
            ("axes: each", suite.usedAxes != .crossed), ("messages_per_operation", suite.messagesPerOperation > 1),
            ("churn", suite.usedChurn != [0]), ("store", suite.usedStores != [.memory]),
            ("network", suite.usedNetworks.contains(where: \.isLink)), ("through", suite.usedThrough != [.none]),
            ("brokers and loggers", suite.usedPairs != [PartyPair()]),
            ("placement: free", suite.placement == .free),
        ]
        return ofOnePiece.first(where: \.1).map { name, _ in
            "cells in slices are of entries one by one that are kept in memory, on connections of this program's own halves that stay, "
                + "over loopback, on cores that are chosen for them; leave out \(name)"
        }
    }
}
