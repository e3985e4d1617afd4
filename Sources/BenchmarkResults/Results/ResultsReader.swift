/// Reads the rows of `results.csv` again.
struct ResultsReader {
    private let columns: [String: Int]
    private let records: [[String]]

    /// - Throws: ``BenchmarkError`` when it cannot be read, or is of a version that this program does not know.
    init(path: String) throws(BenchmarkError) {
        let text = try SmallFile.results(at: path)
        let all = CSV.records(text)
        guard let header = all.first, header.first == "schema_version" else {
            throw BenchmarkError("\(path) has not the columns of a results.csv")
        }
        columns = Dictionary(zip(header, header.indices)) { first, _ in first }
        records = Array(all.dropFirst())
        let version = String(ResultColumns.schemaVersion)
        if let other = records.first(where: { $0.first != version }) {
            throw BenchmarkError(
                "\(path) is of schema version \(other.first ?? "?"), this program reads version \(version)")
        }
        if let short = records.firstIndex(where: { $0.count != header.count }) {
            throw BenchmarkError("\(path): record \(short + 1) has not the columns of the header")
        }
    }

    /// The rows, in their order; those that are no rows are left out.
    var rows: [ResultRow] {
        records.enumerated().compactMap { index, record in
            try? row(Fields(record: record, columns: columns), index + 1)
        }
    }

    private func row(_ fields: Fields, _ number: Int) throws(BenchmarkError) -> ResultRow {
        var row = ResultRow(number: number)
        for column in ResultColumns.all { try column.read(fields, &row) }
        return row
    }
}

/// A record by the names of its columns; an empty field is nil.
struct Fields {
    var record: [String]
    var columns: [String: Int]

    func text(_ name: String) -> String? {
        guard let index = columns[name], record.indices.contains(index), !record[index].isEmpty else { return nil }
        return record[index]
    }

    func double(_ name: String) throws(BenchmarkError) -> Double? { text(name).flatMap(Double.init) }
    func int(_ name: String) throws(BenchmarkError) -> Int? { text(name).flatMap { Int($0) } }
    func count(_ name: String) throws(BenchmarkError) -> UInt64? { text(name).flatMap { UInt64($0) } }
    func flag(_ name: String) throws(BenchmarkError) -> Bool? { text(name).flatMap(Bool.init) }

    /// One of a few words.
    func word<Value>(_ name: String, _ parse: (String) -> Value?) throws(BenchmarkError) -> Value? {
        text(name).flatMap(parse)
    }

    /// A value without which a row is none.
    func required<Value>(
        _ name: String, _ read: (String) throws(BenchmarkError) -> Value?
    ) throws(BenchmarkError) -> Value {
        guard let value = try read(name) else { throw BenchmarkError("\(name) is empty") }
        return value
    }
}
