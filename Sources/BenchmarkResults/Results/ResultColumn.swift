import Metrics

/// A column of `results.csv`: what it is called and holds, how its field is written, and how that is read back.
struct ResultColumn: Sendable {
    /// Where a row has the column's value.
    typealias Path<Value> = any WritableKeyPath<ResultRow, Value> & Sendable
    /// A part of a latency's summary: its name in columns, where it is, what it is called, and which percentile it is.
    typealias Part = (
        name: String, value: any WritableKeyPath<LatencySummary, Double> & Sendable, what: String, percentile: Double?
    )
    /// Puts the field of a record into a row.
    typealias Read = @Sendable (Fields, inout ResultRow) throws(BenchmarkError) -> Void

    /// How it is written.
    let column: CSVColumn<ReportedResult>
    /// How it is read back; nothing is for what `run.json` has, and for what follows from other columns.
    let read: Read
    /// The number, for whoever reckons with it; nil of nil, and of what is no number.
    var number: @Sendable (ResultRow) -> Double? = { _ in nil }
    /// The decimals that it is written with.
    var places = 0

    init(_ column: CSVColumn<ReportedResult>, read: @escaping Read = { _, _ in }) {
        self.column = column
        self.read = read
    }

    /// A count that was measured.
    static func count(
        _ name: String, in unit: String = "", _ path: Path<UInt64?>, _ meaning: String
    ) -> ResultColumn {
        var column = ResultColumn(.count(name, in: unit, meaning) { $0.row[keyPath: path] }) {
            fields, row throws(BenchmarkError) in
            row[keyPath: path] = try fields.count(name)
        }
        column.number = { $0[keyPath: path].map { Double($0) } }
        return column
    }

    /// A figure that was measured, with that many decimals.
    static func figure(
        _ name: String, in unit: String = "", places: Int = 3, _ path: Path<Double?>, _ meaning: String
    ) -> ResultColumn {
        var column = ResultColumn(.figure(name, in: unit, places: places, meaning) { $0.row[keyPath: path] }) {
            fields, row throws(BenchmarkError) in
            row[keyPath: path] = try fields.double(name)
        }
        column.number = { $0[keyPath: path] }
        column.places = places
        return column
    }

    /// A figure that follows from others, and so is not read back.
    static func derived(
        _ name: String, in unit: String = "", _ meaning: String, _ value: @escaping @Sendable (ResultRow) -> Double?
    ) -> ResultColumn {
        var column = ResultColumn(.figure(name, in: unit, meaning) { value($0.row) })
        column.number = value
        column.places = 3
        return column
    }

    /// A place, or a size: a number that rows are told apart by.
    static func key(
        _ name: String, in unit: String = "", isRequired: Bool = false, _ path: Path<Int>, _ meaning: String
    ) -> ResultColumn {
        ResultColumn(.count(name, in: unit, meaning) { $0.row[keyPath: path] }) {
            fields, row throws(BenchmarkError) in
            if let value = try isRequired ? fields.required(name, fields.int) : fields.int(name) {
                row[keyPath: path] = value
            }
        }
    }

    /// A text.
    static func text(_ name: String, _ path: Path<String>, _ meaning: String) -> ResultColumn {
        ResultColumn(.text(name, meaning) { $0.row[keyPath: path] }) { fields, row throws(BenchmarkError) in
            row[keyPath: path] = fields.text(name) ?? ""
        }
    }

    /// A column for each part of a latency's summary, which is of so many entries.
    ///
    /// A percentile beyond which too few values lie is left empty. The first part, the median, stands for others that a file
    /// does not have.
    static func latency(
        _ prefix: String, _ path: Path<LatencySummary?>, of count: Path<UInt64?>, _ meaning: String,
        _ parts: [Part]
    ) -> [ResultColumn] {
        parts.enumerated().map { index, part in
            let name = "\(prefix)_\(part.name)_us"
            let value = part.value
            let percentile = part.percentile ?? 0
            @Sendable func known(_ latency: LatencySummary?) -> Double? {
                guard let latency, latency.highestKnown >= percentile else { return nil }
                return latency[keyPath: value]
            }
            var column = ResultColumn(
                .figure(name, in: "us", "\(part.what) \(meaning)") { known($0.row[keyPath: path]) }
            ) { fields, row throws(BenchmarkError) in
                guard let number = try fields.double(name) else { return }
                if index == 0 {
                    row[keyPath: path] = LatencySummary(
                        count: row[keyPath: count] ?? 0, p50Us: number, p90Us: number, p99Us: number, p999Us: number,
                        maxUs: number, meanUs: number)
                    row[keyPath: path]?.highestKnown = percentile
                } else {
                    row[keyPath: path]?[keyPath: value] = number
                    let highest = row[keyPath: path]?.highestKnown ?? 0
                    row[keyPath: path]?.highestKnown = max(highest, percentile)
                }
            }
            column.number = { known($0[keyPath: path]) }
            column.places = 3
            return column
        }
    }
}
