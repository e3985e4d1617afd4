/// Where the logger keeps an entry before it answers: a value of the axis `store`.
package enum StoreKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// In its memory.
    case memory
    /// In an SQLite file.
    case sqlite
    /// In a PostgreSQL database.
    case postgres

    /// Whether what is there outlives the logger and its host.
    package var isDurable: Bool { self != .memory }

    /// How much it takes to have it: nothing, a file, a server.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// `stored in sqlite`; nil for the logger's memory, which is meant where nothing is said.
    package var text: String? { isDurable ? "stored in \(rawValue)" : nil }
}
