/// Rows that may be ranked with each other: those whose acknowledgements promise the same, told apart by whether what was
/// acknowledged was held against an account of what arrived.
enum RankClass {
    /// How it is called: `recorded`, or `recorded (not reconciled)`.
    static func name(_ acknowledgementClass: String, isReconciled: Bool) -> String {
        isReconciled ? acknowledgementClass : "\(acknowledgementClass) (not reconciled)"
    }
}

extension [ResultRow] {
    /// What the rows of one transport under one load are ranked among: one without an account is enough for all.
    var rankClass: String {
        first.map { RankClass.name($0.acknowledgementClass, isReconciled: allSatisfy(\.isReconciled)) } ?? ""
    }
}
