import ArgumentParser
import PostgreSQLServer
import Terminal

/// The command `brokerlab postgresql`.
struct PostgreSQLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postgresql",
        abstract: "Runs a private PostgreSQL until it is interrupted, to try a logger with.",
        discussion: """
            It listens on a Unix socket in a folder of its own and on no port, disturbs no other PostgreSQL, and leaves nothing \
            behind. Prints one line of JSON with its url, its pid and its version when it answers. Should PostgreSQL end by \
            itself, it says so and exits 69.

            EXAMPLES
              brokerlab postgresql
              brokerlab logger --database "postgres://..."            the url that it prints
            """)

    @Option(
        help: ArgumentHelp(
            "Where its folder is made; its disk is the one that commits go to. (default: $TMPDIR, or /tmp)",
            valueName: "folder"))
    var directory: String?

    func run() async throws {
        let options = PostgreSQLOptions(directory: directory)
        try await Interruptible.run {
            try await withPostgreSQL(options) { server in
                try StandardOutput.write(
                    ["url": server.url, "pid": Int(server.processID), "version": server.version])
                try await server.awaitEnd()
            }
        }
    }
}
