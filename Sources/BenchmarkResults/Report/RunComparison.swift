/// What changed from one run to another: cell by cell and figure by figure, as better, worse, unchanged, or not to be told.
package struct RunComparison: Sendable {
    /// The cells that both runs have measured, in the order of the new run; each cell's most telling figure first.
    package let lines: [ComparisonLine]
    /// What the floor itself changed by, where the others are compared relative to it: the machine, code that all share, or its own.
    package let floor: [ComparisonLine]
    /// Cells of the old run that the new one lacks, and the other way round.
    package let missing: (inNew: [Cell], inOld: [Cell])
    /// Cells of both runs of which there are too few valid rows in one.
    package let unmeasured: [Cell]
    /// Those among them that have valid rows, and too few entries for a p99.
    private let withoutP99: Set<Cell>
    /// The rows whose entries were not delivered as they should, in either run.
    package let failed: (old: Int, new: Int)
    /// What the runs were not made alike in.
    package let differences: [RunDifference]
    /// What decides.
    package let rules: Rules
    /// What was measured, when and on what.
    let records: (old: RunRecord, new: RunRecord)

    /// What is allowed to differ.
    package struct Rules: Sendable {
        /// By how much a figure may become worse, as a part of 1; nil decides nothing.
        package var failOn: Double?
        /// Compare the values as they are.
        package var isAbsolute = false
        /// Whether cells may be missing.
        package var allowsMissing = false
        /// Whether runs may be made on different machines, or with other loads.
        package var allowsDifferent = false

        /// Rules that allow nothing and decide nothing.
        package init() {}

        /// The change that "unchanged" is about.
        var tolerance: Double { failOn ?? 0.05 }
    }

    /// Compares two runs.
    ///
    /// Runs are not interleaved, and machines drift by more than builds differ. So a value is looked at beside that of the floor
    /// in the same round, where both runs have one; what the floor changed by is told apart. A change must also exceed what the
    /// controls of both runs differ by together, and what counts as equal.
    package init(old: Report, new: Report, rules: Rules = Rules()) {
        self.rules = rules
        records = (old.record, new.record)
        let (before, after) = (old.summary.map(\.cell), new.summary.map(\.cell))
        missing = (before.filter { !after.contains($0) }, after.filter { !before.contains($0) })
        let shared = after.filter(before.contains)
        let name = new.record.floor
        let isRelative =
            !rules.isAbsolute && old.record.floor == name
            && shared.contains { $0.transport == name && $0.fault == .none }
        // What an event comes to is not looked at beside the floor's, whose own is a figure like the others'.
        let others = isRelative ? shared.filter { $0.transport != name } : shared
        let pairs = FigurePairs(old: old, new: new, floor: isRelative ? name : nil)
        // A family of tests a figure: what is asked of one does not make another harder to see.
        let families = ComparedFigure.allCases.flatMap { figure in
            ComparisonLine.all(
                (figure.isOfEvent ? shared : others).compactMap { pairs.of($0, figure) }, tolerance: rules.tolerance)
        }
        lines = shared.flatMap { cell in
            ComparedFigure.allCases.compactMap { figure in
                families.first { $0.cell == cell && $0.figure == figure }
            }.sorted { $0.isPrimary && !$1.isPrimary }
        }
        let own = FigurePairs(old: old, new: new, floor: nil)
        floor =
            isRelative
            ? [ComparedFigure.throughput, .cpu].flatMap { figure in
                ComparisonLine.all(
                    shared.filter { $0.transport == name }.compactMap { own.of($0, figure) },
                    tolerance: rules.tolerance)
            } : []
        let measured = Set(lines.filter(\.isPrimary).map(\.cell))
        unmeasured = shared.filter { cell in
            !measured.contains(cell) && (others.contains(cell) || cell.fault != .none)
        }
        withoutP99 = Set((old.summary + new.summary).filter { $0.lacksP99 && $0.cell.isSteady }.map(\.cell))
        failed = (old.rows.count(where: \.hasFailed), new.rows.count(where: \.hasFailed))
        differences = RunDifference.all(old, new)
    }

    /// Why one of ``unmeasured`` is.
    func whyUnmeasured(_ cell: Cell) -> String {
        withoutP99.contains(cell)
            ? "too few entries for a p99 to be compared; take a longer --duration" : "too few valid rows to be compared"
    }

    /// The lines that became worse by more than a part of 1, for sure.
    package func regressions(beyond part: Double) -> [ComparisonLine] {
        lines.filter { $0.change == .worse && $0.loss > part }
    }

    /// The lines of the floor that changed by more than is allowed, for sure.
    package var moved: [ComparisonLine] {
        guard let limit = rules.failOn else { return [] }
        return floor.filter { $0.isChanged && $0.size > limit }
    }

    /// The cells of which no change of the size that decides could have been seen.
    package var blind: [ComparisonLine] {
        guard let limit = rules.failOn else { return [] }
        return lines.filter { line in
            line.isPrimary && !line.isChanged && (line.least.map { $0 > limit } ?? true)
        }
    }

    /// What the comparison comes to: nothing is in order that was not compared.
    package var assessment: Assessment {
        var all: [Assessment] = []
        if failed.old + failed.new > 0 { all.append(.entriesLost) }
        if let limit = rules.failOn, !regressions(beyond: limit).isEmpty { all.append(.missed) }
        if isRefused || lines.isEmpty || !moved.isEmpty || !blind.isEmpty { all.append(.undecided) }
        if !rules.allowsMissing, !missing.inNew.isEmpty || !missing.inOld.isEmpty || !unmeasured.isEmpty {
            all.append(.undecided)
        }
        // What cannot be compared says nothing about a regression either.
        return isRefused && failed.old + failed.new == 0 ? .undecided : .worst(all)
    }

    /// Whether the runs are too different to be compared.
    package var isRefused: Bool { !rules.allowsDifferent && differences.contains(where: \.isVoiding) }
}
