import EntryStore

/// Finds the entries of a batch whose messages were stored before: those of the same id, name and data.
///
/// Only for entries that may be repeated, which are few: what RabbitMQ delivers again.
enum KnownMessages {
    private static let statement = """
        SELECT e.place FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[])
            AS e (place, message_id, name, data, name_bytes, data_bytes)
        WHERE EXISTS (
            SELECT FROM entries AS o WHERE o.message_id = e.message_id AND o.name = e.name AND o.data = e.data
                AND o.name_bytes IS NOT DISTINCT FROM e.name_bytes AND o.data_bytes IS NOT DISTINCT FROM e.data_bytes)
        """

    /// The places in the batch of what is known, by the database or by an earlier entry of the batch.
    static func find(
        _ batch: EntryBatch, _ connection: PostgreSQLConnection, within limit: Duration
    ) throws(StoreError) -> Set<Int> {
        // An id that is no text has no place in the index; its entry is stored, perhaps once more.
        let asked = batch.indices.filter { batch[$0].mayRepeat && hasID(batch[$0]) }
        guard !asked.isEmpty else { return [] }
        var known = try ask(asked, batch, connection, limit)
        var earlier: [[UInt8]: [Int]] = [:]
        for index in batch.indices where hasID(batch[index]) {
            let entry = batch[index]
            let id = Array(entry.messageID)
            let isThere = earlier[id, default: []].contains { other in
                batch[other].name.elementsEqual(entry.name) && batch[other].data.elementsEqual(entry.data)
            }
            if isThere && entry.mayRepeat { known.insert(index) } else { earlier[id, default: []].append(index) }
        }
        return known
    }

    private static func hasID(_ entry: BatchedEntry) -> Bool {
        !entry.messageID.isEmpty && StorableText.isStorable(entry.messageID)
    }

    private static func ask(
        _ asked: [Int], _ batch: EntryBatch, _ connection: PostgreSQLConnection, _ limit: Duration
    ) throws(StoreError) -> Set<Int> {
        let (place, id) = (ArrayColumn(.int8), ArrayColumn(.text))
        let (name, data) = (ArrayColumn(.text), ArrayColumn(.text))
        let (nameBytes, dataBytes) = (ArrayColumn(.bytes), ArrayColumn(.bytes))
        let columns = [place, id, name, data, nameBytes, dataBytes]
        for column in columns { column.clear() }
        for index in asked {
            let entry = batch[index]
            place.append(Int64(index))
            id.append(entry.messageID)
            StorableText.append(entry.name, to: name, nameBytes)
            StorableText.append(entry.data, to: data, dataBytes)
        }
        let values = StatementValues()
        for column in columns { values.add(column) }
        let result = try connection.query(statement, values, within: limit)
        return Set((0..<result.rowCount).compactMap { result.number($0, 0, as: Int64.self).map { Int($0) } })
    }
}

extension EntryBatch {
    /// The places of its entries.
    var indices: Range<Int> { 0..<count }
}
