import BenchmarkResults

/// Whose turn it is among cells that are measured in slices: one of them is at work, and the others wait.
///
/// Each time around all have one turn, in an order of that time's own, so that nobody is always behind the same one.
actor SliceTurns {
    private var members: [Int]
    /// Who is still to come this time around, the next one last.
    private var ahead: [Int] = []
    private var current: Int?
    /// When its turn began.
    private var since = ContinuousClock.now
    /// How long the turns of each have lasted, without the one that it has.
    private var taken: [Int: Duration] = [:]
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var leavers: [CheckedContinuation<Void, Never>] = []
    private var generator: SplitMix64

    /// - Parameters:
    ///   - members: the numbers of the cells.
    ///   - seed: what the orders are drawn from.
    init(of members: [Int], seed: UInt64) {
        self.members = members
        generator = SplitMix64(seed: seed)
        let first = Self.around(members, &generator)
        (ahead, current) = first
    }

    /// Waits until it is a member's turn; one that has left waits for nothing.
    func turn(of member: Int) async {
        guard current != member, members.contains(member) else { return }
        await withCheckedContinuation { waiting[member] = $0 }
    }

    /// A member's turn is over, and the next one's begins.
    func pass(_ member: Int) {
        guard current == member else { return }
        let now = ContinuousClock.now
        taken[member, default: .zero] += now - since
        since = now
        if ahead.isEmpty {
            let next = Self.around(members, &generator)
            (ahead, current) = next
        } else {
            current = ahead.removeLast()
        }
        if let current { waiting.removeValue(forKey: current)?.resume() }
    }

    /// How long a member's turns have lasted so far.
    func taken(by member: Int) -> Duration {
        taken[member, default: .zero] + (current == member ? ContinuousClock.now - since : .zero)
    }

    /// A member has no more turns.
    func leave(_ member: Int) {
        members.removeAll { $0 == member }
        ahead.removeAll { $0 == member }
        waiting.removeValue(forKey: member)?.resume()
        pass(member)
        guard members.isEmpty else { return }
        for leaver in leavers { leaver.resume() }
        leavers = []
    }

    /// Waits until all have left.
    func allHaveLeft() async {
        guard !members.isEmpty else { return }
        await withCheckedContinuation { leavers.append($0) }
    }

    private static func around(_ members: [Int], _ generator: inout SplitMix64) -> (ahead: [Int], current: Int?) {
        var order = members
        generator.shuffle(&order)
        let first = order.popLast()
        return (order, first)
    }
}
