import Broker
import EntryStore

/// A batch as one statement: all of it in one transaction, with one round trip.
///
/// Whether it takes effect depends on the writer's own row: where that has the batch's number, or a later one, the batch was
/// committed before, by a connection that was lost before it could say so, and nothing is added. A transaction of such a
/// connection that is still under way holds the row's lock, for which this one waits; one that has yet to begin comes too
/// late. So a batch of unknown outcome is committed once, however often it is tried.
///
/// The entries are parameters that are arrays, one a column. An entry whose run and number are there is marked as repeated; one
/// whose message is there is left out.
final class BatchStatement: @unchecked Sendable {
    // Unchecked: it is kept behind the lock of its owner.

    /// What is prepared, by its name: for a batch in which nothing may be known, and for others.
    static let all = [("commit", text), ("commit_messages", textOfMessages)]

    private static let columnNames =
        "received_at, sent_at, seq, severity, repeated, transport, name, data, run, message_id, name_bytes, data_bytes"
    private static let given = """
        unnest(
            $4::bigint[], $5::bigint[], $6::bigint[], $7::smallint[], $8::boolean[], $9::text[], $10::text[], $11::text[],
            $12::text[], $13::text[], $14::bytea[], $15::bytea[]
        """
    private static let givenNames =
        "received_at, sent_at, seq, severity, twice, transport, name, data, run, message_id, name_bytes, data_bytes"
    private static let isRepeated =
        "e.twice OR EXISTS (SELECT FROM entries AS o WHERE o.run = e.run AND o.seq = e.seq)"
    private static let onlyOnce = """
        ON CONFLICT (writer) DO UPDATE
        SET last_batch = EXCLUDED.last_batch, seen_at = EXCLUDED.seen_at, bytes = w.bytes + EXCLUDED.bytes
        WHERE w.last_batch < EXCLUDED.last_batch
        RETURNING true
        """
    private static let log = "(SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS written) AS log"

    /// The row of the result says how far the server's write-ahead log is; with it are the places of the entries that are
    /// marked, from 1 on, and null where none is.
    private static let text = """
        WITH mine AS (
            INSERT INTO entries_writers AS w (writer, last_batch, seen_at, bytes)
            VALUES ($1::bigint, $2::bigint, now(), $3::bigint)
            \(onlyOnce)
        ), added AS (
            INSERT INTO entries (\(columnNames))
            SELECT
                e.received_at, e.sent_at, e.seq, e.severity, \(isRepeated),
                e.transport, e.name, e.data, e.run, e.message_id, e.name_bytes, e.data_bytes
            FROM \(given)) AS e (\(givenNames))
            WHERE EXISTS (SELECT FROM mine)
            RETURNING repeated
        )
        SELECT log.written, marked.place, false AS known
        FROM \(log)
        LEFT JOIN (
            SELECT place FROM (SELECT row_number() OVER () AS place, repeated FROM added) AS a WHERE repeated
        ) AS marked ON true
        """

    private static let isSameMessage = """
        o.message_id = e.message_id AND o.name = e.name AND o.data = e.data
        AND o.name_bytes IS NOT DISTINCT FROM e.name_bytes AND o.data_bytes IS NOT DISTINCT FROM e.data_bytes
        """

    /// The same where messages are among the entries that may be rows already (``KnownMessages``): those are left out.
    ///
    /// Where the batch was committed before, its own rows are not what makes its messages known: they were received at the very
    /// same time.
    private static let textOfMessages = """
        WITH given AS MATERIALIZED (
            SELECT
                e.*, \(isRepeated) AS repeated,
                e.asked AND EXISTS (SELECT FROM entries AS o WHERE \(isSameMessage)) AS known
            FROM \(given), $16::boolean[]) WITH ORDINALITY AS e (\(givenNames), asked, place)
        ), mine AS (
            INSERT INTO entries_writers AS w (writer, last_batch, seen_at, bytes)
            SELECT $1::bigint, $2::bigint, now(),
                $3::bigint
                - (SELECT coalesce(sum(octet_length(name) + octet_length(data) + \(Schema.rowBytes)), 0)::bigint
                    FROM given WHERE known)
            \(onlyOnce)
        ), added AS (
            INSERT INTO entries (\(columnNames))
            SELECT \(columnNames) FROM given WHERE NOT known AND EXISTS (SELECT FROM mine) ORDER BY place
        )
        SELECT log.written, told.place, told.known
        FROM \(log)
        LEFT JOIN (
            SELECT e.place, e.known FROM given AS e
            WHERE
                CASE WHEN EXISTS (SELECT FROM mine) THEN e.known OR e.repeated
                ELSE
                    e.known AND EXISTS (
                        SELECT FROM entries AS o WHERE \(isSameMessage) AND o.received_at <> e.received_at)
                END
        ) AS told ON true
        """

    private let receivedAt = ArrayColumn(.int8)
    private let sentAt = ArrayColumn(.int8)
    private let sequence = ArrayColumn(.int8)
    private let severity = ArrayColumn(.int2)
    private let twice = ArrayColumn(.boolean)
    private let transport = ArrayColumn(.text)
    private let entryName = ArrayColumn(.text)
    private let data = ArrayColumn(.text)
    private let run = ArrayColumn(.text)
    private let messageID = ArrayColumn(.text)
    private let nameBytes = ArrayColumn(.bytes)
    private let dataBytes = ArrayColumn(.bytes)
    private let asked = ArrayColumn(.boolean)

    private var columns: [ArrayColumn] {
        [
            receivedAt, sentAt, sequence, severity, twice, transport, entryName, data, run, messageID, nameBytes,
            dataBytes, asked,
        ]
    }

    /// The places in the batch of the entries that are columns' elements.
    private(set) var indices: [Int] = []
    /// The statement for the batch that was taken.
    private(set) var name = ""

    /// Takes a batch, without the entries that are `known`, and makes the statement's values, which are there until the next
    /// batch is taken.
    func take(_ batch: EntryBatch, without known: Set<Int>, writer: Int64, number: Int64) -> StatementValues {
        for column in columns { column.clear() }
        indices.removeAll(keepingCapacity: true)
        var stamps: Set<Stamp> = []
        var byteCount = 0
        var asks = false
        for index in 0..<batch.count where known.isEmpty || !known.contains(index) {
            indices.append(index)
            let entry = batch[index]
            byteCount += append(entry, &stamps)
            let mayBeKnown = KnownMessages.mayBeKnown(entry)
            asked.append(mayBeKnown)
            asks = asks || mayBeKnown
        }
        name = Self.all[asks ? 1 : 0].0
        let values = StatementValues()
        values.add(writer)
        values.add(number)
        values.add(Int64(byteCount))
        for column in asks ? columns : columns.dropLast() { values.add(column) }
        return values
    }

    /// Appends an entry; returns what its row is counted as, in bytes.
    private func append(_ entry: BatchedEntry, _ stamps: inout Set<Stamp>) -> Int {
        receivedAt.append(entry.receivedAt)
        sentAt.append(entry.sentAt == 0 ? nil : entry.sentAt)
        severity.append(Int16(entry.severity.rawValue))
        transport.append(entry.transport)
        let hasRun = !entry.run.isEmpty
        sequence.append(hasRun ? entry.sequence : nil)
        twice.append(hasRun && !stamps.insert(Stamp(run: entry.run, sequence: entry.sequence)).inserted)
        append(entry.run, to: run)
        append(entry.messageID, to: messageID)
        return StorableText.append(entry.name, to: entryName, nameBytes)
            + StorableText.append(entry.data, to: data, dataBytes) + Schema.rowBytes
    }

    private func append(_ text: UnsafeRawBufferPointer, to column: ArrayColumn) {
        if text.isEmpty {
            column.append(nil as UnsafeRawBufferPointer?)
        } else if StorableText.isStorable(text) {
            column.append(text)
        } else {
            column.append(StorableText.readable(text))
        }
    }

    /// A run and a number in it.
    private struct Stamp: Hashable {
        let run: UnsafeRawBufferPointer
        let sequence: UInt64

        static func == (stamp: Stamp, other: Stamp) -> Bool {
            stamp.sequence == other.sequence && stamp.run.elementsEqual(other.run)
        }

        // Runs are few, and numbers in them are different.
        func hash(into hasher: inout Hasher) { hasher.combine(sequence) }
    }
}
