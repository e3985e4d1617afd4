import CPostgreSQL
import EntryStore
import Glibc
import PrintableText

/// One connection to a database, for one thread at a time.
///
/// Owns a `PGconn`. Nothing here waits for longer than it is told: libpq's own calls would wait for ever for a server that
/// is there and does not answer.
final class PostgreSQLConnection: @unchecked Sendable {
    // Unchecked: it is kept behind the lock of its owner.

    private let connection: OpaquePointer
    private let target: PostgreSQLTarget
    /// Whether it is worth asking anything more of it.
    private(set) var isUsable = true

    /// Connects.
    /// - Throws: ``StoreError`` of the cause `gone` when the server cannot be reached or refuses the connection.
    init(to target: PostgreSQLTarget) throws(StoreError) {
        guard let connection = target.connect() else { throw StoreError(.other, "no memory for a connection") }
        self.connection = connection
        self.target = target
        guard PQstatus(connection) == CONNECTION_OK else { throw refusal() }
        // That a table is there already is no news.
        _ = PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard PQsetnonblocking(connection, 1) == 0 else { throw lost("cannot be used") }
    }

    deinit {
        PQfinish(connection)
    }

    /// What the server says of itself: `server_version`, `server_encoding`.
    func parameter(_ name: String) -> String {
        PQparameterStatus(connection, name).map { String(cString: $0) } ?? ""
    }

    // MARK: Statements

    /// Does statements without values, in one transaction, and returns what the last one answered, in text.
    @discardableResult
    func execute(_ statements: String, within limit: Duration) throws(StoreError) -> PostgreSQLResult {
        try execute(statements, until: Deadline(in: limit))
    }

    /// The same, as one of several steps.
    @discardableResult
    func execute(_ statements: String, until deadline: Deadline) throws(StoreError) -> PostgreSQLResult {
        guard PQsendQuery(connection, statements) == 1 else { throw lost("takes no statement") }
        return try answer(until: deadline)
    }

    /// Prepares a statement, which is then done by its name.
    func prepare(_ name: String, _ statement: String, within limit: Duration) throws(StoreError) {
        guard PQsendPrepare(connection, name, statement, 0, nil) == 1 else { throw lost("takes no statement") }
        _ = try answer(until: Deadline(in: limit))
    }

    /// Does a statement that was prepared.
    /// - Parameter meanwhile: called when the statement is on its way.
    func execute(
        prepared name: String, _ values: StatementValues, within limit: Duration, meanwhile: () -> Void
    ) throws(StoreError) -> PostgreSQLResult {
        let deadline = Deadline(in: limit)
        let isSent = values.withAll { count, values, lengths, formats in
            PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1) == 1
        }
        // What the socket does not take at once is sent while the answer is waited for.
        guard isSent, PQflush(connection) >= 0 else { throw lost("takes no statement") }
        meanwhile()
        return try answer(until: deadline)
    }

    /// Does a statement once.
    func query(
        _ statement: String, _ values: StatementValues = StatementValues(), within limit: Duration
    ) throws(StoreError) -> PostgreSQLResult {
        try query(statement, values, until: Deadline(in: limit))
    }

    /// The same, as one of several steps.
    func query(
        _ statement: String, _ values: StatementValues = StatementValues(), until deadline: Deadline
    ) throws(StoreError) -> PostgreSQLResult {
        let isSent = values.withAll { count, values, lengths, formats in
            PQsendQueryParams(connection, statement, count, nil, values, lengths, formats, 1) == 1
        }
        guard isSent else { throw lost("takes no statement") }
        return try answer(until: deadline)
    }

    // MARK: Answers

    /// Waits for the answer to what was sent.
    /// - Throws: ``StoreError``; where the connection is usable no more, what became of the statement is not known.
    private func answer(until deadline: Deadline) throws(StoreError) -> PostgreSQLResult {
        while true {
            let unsent = PQflush(connection)
            if unsent == 0 { break }
            guard unsent > 0 else { throw lost("takes no statement") }
            try wait(for: POLLIN | POLLOUT, until: deadline)
            // It may have to say something before it takes more.
            guard PQconsumeInput(connection) == 1 else { throw lost("is gone") }
        }
        guard var found = try next(until: deadline) else { throw lost("gave no answer") }
        while let result = try next(until: deadline) {
            // The first failure is the cause of all others.
            if found.isSuccess { found = result }
        }
        guard found.isSuccess else {
            guard PQstatus(connection) == CONNECTION_OK else { throw lost(found.message) }
            throw StoreError(sqlState: found.state, "PostgreSQL at \(target.shown): \(found.message)".printable)
        }
        return found
    }

    private func next(until deadline: Deadline) throws(StoreError) -> PostgreSQLResult? {
        while PQisBusy(connection) != 0 {
            try wait(for: POLLIN, until: deadline)
            guard PQconsumeInput(connection) == 1 else { throw lost("is gone") }
        }
        return PQgetResult(connection).map { PostgreSQLResult(owning: $0) }
    }

    private func wait(for events: Int32, until deadline: Deadline) throws(StoreError) {
        var descriptor = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
        while true {
            let left = deadline.left
            guard left > .zero else { throw lost("did not answer within \(deadline.duration)") }
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            let ready = poll(&descriptor, 1, Int32(clamping: milliseconds + 1))
            if ready > 0 { return }
            if ready < 0 && errno != EINTR { throw lost(String(cString: strerror(errno))) }
        }
    }

    // MARK: Failures

    /// The connection is of no more use.
    private func lost(_ what: String) -> StoreError {
        isUsable = false
        let said = String(cString: PQerrorMessage(connection)).firstLine
        return StoreError(
            .gone, "PostgreSQL at \(target.shown) \(what)\(said.isEmpty ? "" : ": \(said)")".printable)
    }

    /// The connection did not come about.
    private func refusal() -> StoreError {
        isUsable = false
        // The last one is of the last host that was tried; what follows is advice, in lines of their own.
        let lines = String(cString: PQerrorMessage(connection)).split(separator: "\n")
        let said = lines.last { !$0.hasPrefix("\t") && !$0.hasPrefix("HINT") } ?? "no reason is given"
        let mend =
            if said.contains("password") || said.contains("pg_hba.conf") {
                "Correct user and password: in the URL, in PGPASSWORD or in ~/.pgpass."
            } else if said.contains("database") && said.contains("does not exist") {
                "Make it: createdb \(target.database ?? "DATABASE")."
            } else {
                "Start it, or correct its address."
            }
        return StoreError(.gone, "cannot connect to PostgreSQL at \(target.shown): \(said). \(mend)".printable)
    }
}
