import CPostgreSQL

/// What PostgreSQL answered to a statement; its values are in binary.
///
/// Owns a `PGresult`.
struct PostgreSQLResult: ~Copyable {
    private let result: OpaquePointer

    init(owning result: OpaquePointer) {
        self.result = result
    }

    deinit {
        PQclear(result)
    }

    /// Whether the statement was done.
    var isSuccess: Bool {
        let status = PQresultStatus(result)
        return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK
    }

    /// Five characters that say what went wrong (PostgreSQL's Appendix A); empty where that is not known.
    var state: String { field("C") }

    /// What went wrong, in words: the message, and what more there is to know.
    var message: String {
        let (message, detail) = (field("M"), field("D"))
        if message.isEmpty { return String(cString: PQresultErrorMessage(result)).firstLine }
        return detail.isEmpty ? message : "\(message): \(detail)"
    }

    private func field(_ code: Unicode.Scalar) -> String {
        PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) } ?? ""
    }

    /// The number of rows.
    var rowCount: Int { Int(PQntuples(result)) }

    /// The bytes of a value, as long as the result is there; nil for a null.
    func withBytes<Value>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        let length = Int(PQgetlength(result, row, column))
        return body(UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: length))
    }

    /// A number of that type; nil for a null, or a value of another type.
    func number<Number: FixedWidthInteger>(_ row: Int, _ column: Int, as type: Number.Type = Number.self) -> Number? {
        let found = withBytes(row, column) { bytes -> Number? in
            guard bytes.count == MemoryLayout<Number>.size else { return nil }
            return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
        }
        return found ?? nil
    }

    /// A text; nil for a null.
    func text(_ row: Int, _ column: Int) -> String? {
        withBytes(row, column) { String(decoding: $0, as: UTF8.self) }
    }

    /// What is so or not; false for a null.
    func flag(_ row: Int, _ column: Int) -> Bool {
        number(row, column, as: UInt8.self) == 1
    }
}

extension String {
    /// The text up to its first line end: libpq's messages have several lines.
    var firstLine: String {
        split(separator: "\n", maxSplits: 1).first.map(String.init) ?? self
    }
}
