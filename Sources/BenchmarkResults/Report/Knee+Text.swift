extension Knee {
    /// `none to 5,000`: the lowest and the highest of the single rounds.
    static func text(_ range: ClosedRange<Double>) -> String {
        let ends = [range.lowerBound, range.upperBound].map { $0 > 0 ? NumberText.grouped($0) : "none" }
        return ends[0] == ends[1] ? ends[0] : ends.joined(separator: " to ")
    }
}
