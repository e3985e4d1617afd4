/// The rows that must not be trusted, by reason: how many, and from how little to how much.
package struct InvalidRows: Sendable {
    /// A reason, whatever its numbers.
    struct Group: Sendable {
        /// The rows that have it.
        var rows: [ResultRow] = []
        /// The reason with its numbers: a single one, or from the smallest to the largest.
        var text = ""
        /// Whether what is wrong is the delivery.
        var isDelivery = false
    }

    /// What the name of the process that used the cores stands behind, in a reason of the audit.
    package static let culprit = ", most by "

    /// The reasons, those of the delivery first, then by how many rows have them.
    let groups: [Group]

    /// The reasons of those of the rows that are not valid.
    package init(_ rows: [ResultRow]) {
        var order: [String] = []
        var texts: [String: [Parts]] = [:]
        var groups: [String: Group] = [:]
        for row in rows {
            for reason in row.invalidReasons {
                let parts = Parts(reason.text)
                if groups[parts.shape] == nil { order.append(parts.shape) }
                groups[parts.shape, default: Group(isDelivery: reason.isDelivery)].rows.append(row)
                texts[parts.shape, default: []].append(parts)
            }
        }
        self.groups = order.compactMap { shape in
            guard var group = groups[shape], let all = texts[shape] else { return nil }
            group.text = Parts.text(of: all)
            return group
        }.sorted { ($0.isDelivery ? 1 : 0, $0.rows.count) > ($1.isDelivery ? 1 : 0, $1.rows.count) }
    }

    /// A line a reason, for people.
    var lines: [String] {
        groups.map { group in
            guard group.rows.count > 1 else {
                let planned = group.rows[0].planned
                return "\(planned.cell.name), round \(planned.block): \(group.text)"
            }
            let names = Set(group.rows.map(\.planned.cell.who)).sorted()
            let whose = names.count > 4 ? "\(names.count) transports" : names.joined(separator: ", ")
            return "\(group.rows.count) rows of \(whose): \(group.text)"
        }
    }

    /// What to do about the reason that most rows have.
    package var advice: String? {
        guard let group = groups.first(where: { !$0.isDelivery }) else { return nil }
        return group.text.contains("hypervisor")
            ? "take a machine whose cores are not shared" : "quiet the machine: \(group.text)"
    }

    /// A reason, its numbers apart from its words.
    private struct Parts {
        /// The words, with `#` where numbers stand.
        var shape = ""
        var numbers: [String] = []
        /// The process that used the cores.
        var culprit: String?

        init(_ reason: String) {
            var text = reason[...]
            if let mark = reason.firstRange(of: InvalidRows.culprit) {
                culprit = String(reason[mark.upperBound...])
                text = reason[..<mark.lowerBound]
            }
            while let first = text.first {
                let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
                let isInWord = shape.last.map { $0.isLetter || $0.isNumber } ?? false
                let isNumber = first.isASCII && first.isNumber && Double(number) != nil && !isInWord
                guard isNumber else {
                    shape.append(text.removeFirst())
                    continue
                }
                shape.append("#")
                numbers.append(String(number))
                text = text.dropFirst(number.count)
            }
        }

        /// The words with the ranges of the numbers, and the process that most of them name.
        static func text(of all: [Parts]) -> String {
            var text = ""
            var place = 0
            for character in all[0].shape {
                guard character == "#", place < all[0].numbers.count else {
                    text.append(character)
                    continue
                }
                let sorted = all.map { $0.numbers[place] }.sorted { Double($0) ?? 0 < Double($1) ?? 0 }
                text +=
                    sorted[0] == sorted[sorted.count - 1] ? sorted[0] : "\(sorted[0]) to \(sorted[sorted.count - 1])"
                place += 1
            }
            let names = Dictionary(grouping: all.compactMap(\.culprit)) { $0 }.mapValues(\.count)
            let most = names.max { ($0.value, $1.key) < ($1.value, $0.key) }
            return text + (most.map { "\(InvalidRows.culprit)\($0.key)" } ?? "")
        }
    }
}
