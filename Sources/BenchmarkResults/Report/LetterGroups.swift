/// Groups of transports that cannot be told apart, by letters, as a compact letter display has them (Piepho 2004): two
/// transports share a letter exactly if they cannot be told apart, and the best one has an `a`.
struct LetterGroups: Sendable {
    /// The letters of each transport; empty where nothing is ranked.
    private(set) var letters: [String: String] = [:]

    /// - Parameter rows: those of one acknowledgement class under one load.
    init(_ rows: [SummaryRow]) {
        self.init(
            rows.compactMap { row in row.rank.map { (row.cell.transport, $0, row.tiedWith) } })
    }

    /// - Parameter ranking: of one acknowledgement class.
    init(_ ranking: Ranking) {
        // By their names, so that the same figures always give the same letters.
        let places = ranking.places.sorted { $0.key < $1.key }
        self.init(places.map { ($0.key, $0.value.best, $0.value.tiedWith) })
    }

    private init(_ places: [(transport: String, rank: Int, tiedWith: [String])]) {
        let ranked = places.sorted { ($0.rank, $0.tiedWith.count) < ($1.rank, $1.tiedWith.count) }
        let names = ranked.map(\.transport)
        let ties = Dictionary(uniqueKeysWithValues: ranked.map { ($0.transport, Set($0.tiedWith)) })
        var groups: [Set<String>] = []
        Self.extend([], names, [], ties, &groups)
        // The group whose first member is the best comes first.
        let order = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        let sorted = groups.map { group in group.compactMap { order[$0] }.sorted() }
            .sorted { $0.lexicographicallyPrecedes($1) }
        for (index, group) in sorted.enumerated() {
            for place in group { letters[names[place], default: ""] += Self.letter(index) }
        }
    }

    /// All largest groups in which each is tied with each (Bron and Kerbosch 1973): there are at most some twenty transports.
    private static func extend(
        _ group: Set<String>, _ candidates: [String], _ excluded: Set<String>,
        _ ties: [String: Set<String>],
        _ groups: inout [Set<String>]
    ) {
        if candidates.isEmpty, excluded.isEmpty, !group.isEmpty { groups.append(group) }
        var (left, done) = (candidates, excluded)
        for name in candidates {
            let own = ties[name] ?? []
            extend(
                group.union([name]), left.filter { own.contains($0) }, done.intersection(own), ties, &groups
            )
            left.removeAll { $0 == name }
            done.insert(name)
        }
    }

    /// `a` to `z`, then `a2` and so on.
    private static func letter(_ index: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(97 + index % 26)))
        return index < 26 ? letter : letter + String(index / 26 + 1)
    }
}
