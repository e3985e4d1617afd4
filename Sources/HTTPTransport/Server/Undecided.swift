/// An answer that is not said yet, because its entry's fate, or that of an earlier one, is still to come.
struct Undecided {
    /// `later` until the fate of its entry is told.
    var answer: RequestHandler.Answer
    var persistence: Persistence

    var isDecided: Bool {
        if case .later = answer { false } else { true }
    }
}
