import EntryStore

/// Deletes the oldest entries, a slice at a time; of several loggers one at once.
enum Pruning {
    /// The most rows of a slice.
    private static let sliceRows = 2000
    /// The number in `pg_locks` of who deletes.
    ///
    /// Of this table: a database may have several, in schemas of their own.
    static let lock = "\(0x62_726f_6b65_7270 as Int64) # 'entries'::regclass::oid::bigint"
    private static let size = "octet_length(name) + octet_length(data) + \(Schema.rowBytes)"

    /// Deletes a slice; returns whether there is more to delete.
    static func prune(
        _ connection: PostgreSQLConnection, _ retention: Retention, now: Int64, writer: Int64, within limit: Duration
    ) throws(StoreError) -> Bool {
        var isMore = false
        if let oldest = retention.oldest(at: now) {
            isMore = try delete(
                """
                SELECT id FROM (SELECT id, received_at FROM entries ORDER BY id LIMIT \(sliceRows)) AS slice
                WHERE received_at < $2::bigint AND (SELECT pg_try_advisory_xact_lock(\(lock)))
                """, oldest, connection, writer, limit)
        }
        if let maxBytes = retention.maxBytes {
            // Of the oldest rows as many as make up for what is too much.
            let isMoreBytes = try delete(
                """
                SELECT id FROM (
                    SELECT id, sum(size) OVER (ORDER BY id) - size AS older
                    FROM (SELECT id, \(size) AS size FROM entries ORDER BY id LIMIT \(sliceRows)) AS slice
                ) AS slice, (SELECT sum(bytes) - $2::bigint AS bytes FROM entries_writers) AS excess
                WHERE slice.older < excess.bytes AND (SELECT pg_try_advisory_xact_lock(\(lock)))
                """, maxBytes, connection, writer, limit)
            isMore = isMore || isMoreBytes
        }
        return isMore
    }

    private static func delete(
        _ chosen: String, _ bound: Int64, _ connection: PostgreSQLConnection, _ writer: Int64, _ limit: Duration
    ) throws(StoreError) -> Bool {
        let values = StatementValues()
        values.add(writer)
        values.add(bound)
        let result = try connection.query(
            """
            WITH chosen AS MATERIALIZED (\(chosen)),
            deleted AS (DELETE FROM entries USING chosen WHERE entries.id = chosen.id RETURNING \(size) AS size),
            freed AS (SELECT count(*) AS rows, coalesce(sum(size), 0)::bigint AS bytes FROM deleted),
            counted AS (
                INSERT INTO entries_writers AS w (writer, last_batch, seen_at, bytes)
                SELECT $1::bigint, 0, now(), -bytes FROM freed WHERE rows > 0
                ON CONFLICT (writer) DO UPDATE SET bytes = w.bytes + EXCLUDED.bytes, seen_at = now()
            )
            SELECT rows FROM freed
            """, values, within: limit)
        return (result.number(0, 0, as: Int64.self) ?? 0) >= sliceRows
    }
}
