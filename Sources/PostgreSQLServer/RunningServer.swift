/// A private PostgreSQL that was started for a while: for a benchmark, or for a test.
package struct RunningServer: Sendable {
    /// Where clients find it: `postgres://postgres@FOLDER/postgres`, the folder's slashes encoded.
    package var url: String { url() }
    /// The first of its processes, which starts all others; another one after ``RunningServer/startAgain()``.
    package var processID: Int32 { life.processID }
    /// PostgreSQL's version: `15.18`.
    package let version: String
    /// Everything it writes lies in this folder, which is removed with it.
    package let folder: String
    /// The folder of the socket that it listens on, which is removed with it.
    package let socketFolder: String

    let life: ServerLife
    private let startTimeout: Duration

    init(_ life: ServerLife, _ state: ServerLife.State, startTimeout: Duration) {
        self.life = life
        self.startTimeout = startTimeout
        folder = state.folder
        socketFolder = state.socketFolder
        version = state.version
    }

    /// The URL of another of its databases, or for another user.
    package func url(user: String = "postgres", password: String? = nil, database: String = "postgres") -> String {
        // A host that is a folder cannot stand where hosts do (RFC 3986 3.2.2) unless its slashes are encoded.
        let host = socketFolder.split(separator: "/").map { "%2F" + $0 }.joined()
        return "postgres://\(user)\(password.map { ":" + $0 } ?? "")@\(host)/\(database)"
    }

    /// Kills all its processes as a crash of the machine would (SIGKILL) and returns when they are gone; what it wrote to
    /// disk stays.
    package func kill() async throws {
        life.order(.kill)
        try await life.wait { $0.isKilled && $0.ended != nil ? () : nil }
    }

    /// Starts the server again that was killed, with the same data, and returns when it answers.
    /// - Throws: ``PostgreSQLServerError`` when it does not start.
    package func startAgain() async throws {
        life.order(.start)
        try await life.waitUntilReady(startTimeout)
    }

    /// Waits until the server has ended without having been stopped, which it is not to do.
    /// - Throws: ``PostgreSQLServerError`` that says how it ended; `CancellationError` when the task is cancelled before.
    package func awaitEnd() async throws {
        let status = try await life.wait { $0.ended }
        // As a shell has it: 128 and the signal.
        throw PostgreSQLServerError(
            status > 128
                ? "PostgreSQL (process \(processID)) was ended by signal \(status - 128)"
                : "PostgreSQL (process \(processID)) ended by itself, with exit status \(status); its log says:"
                    + life.words)
    }
}

/// What a private server can be told.
package struct PostgreSQLOptions: Sendable, Hashable {
    /// How long the server may take to be made and to answer.
    package var startTimeout: Duration
    /// Where the server's folder is made; its disk is the one that commits go to.
    package var directory: String?
    /// Further lines of `postgresql.conf`.
    package var configuration: [String]
    /// Lines of `pg_hba.conf` before the one that lets everybody in who can reach the socket.
    package var access: [String]

    /// Creates options.
    package init(
        startTimeout: Duration = .seconds(60), directory: String? = nil, configuration: [String] = [],
        access: [String] = []
    ) {
        self.startTimeout = startTimeout
        self.directory = directory
        self.configuration = configuration
        self.access = access
    }
}

/// Starts a private PostgreSQL, lends it to `body` and stops it, whatever becomes of `body`.
///
/// The server disturbs no other: it listens on a Unix socket in a folder of its own and on no port. PostgreSQL refuses to run
/// as root; root's server belongs to the user `postgres`, or `nobody` where there is none. Should this process die, even by
/// SIGKILL, the server is stopped and its folder removed by the shell that watches over it.
/// - Throws: what `body` throws; ``PostgreSQLServerError`` when PostgreSQL is missing or does not start;
///   `CancellationError` when the task is cancelled before the server is ready.
package func withPostgreSQL<R: Sendable>(
    _ options: PostgreSQLOptions = PostgreSQLOptions(), _ body: (RunningServer) async throws -> R
) async throws -> R {
    let life = ServerLife(try PostgreSQLInstallation.find(), options)
    do {
        let state = try await life.waitUntilReady(options.startTimeout)
        let result = try await body(RunningServer(life, state, startTimeout: options.startTimeout))
        await life.stop()
        return result
    } catch {
        await life.stop()
        throw error
    }
}

/// Why a private PostgreSQL could not be had.
package struct PostgreSQLServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What failed, why, and what to do about it; with what the server's log says where it has one.
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
