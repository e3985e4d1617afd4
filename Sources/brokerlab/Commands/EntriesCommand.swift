import ArgumentParser
import BenchmarkKit
import Broker
import EntryStore
import Foundation
import NIOCore
import Terminal

/// The command `brokerlab entries`.
struct EntriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entries",
        abstract: "Prints stored entries, newest first, a line of JSON each.",
        discussion: """
            Reads a database, also while a logger is writing to it, or asks a logger by its HTTP address. What is not said \
            does not matter; what is has to be so of each entry. Times are like 2026-01-31T12:00:00Z, or nanoseconds since \
            1970. A logger without --database gives its latest entries, and takes no question but --limit and --before.

            EXAMPLES
              brokerlab entries entries.db --severity ERROR --since 2026-01-31T12:00:00Z
              brokerlab entries 127.0.0.1:8080 --name login --limit 5
              brokerlab entries unix:/run/logger.sock --limit 5
            """)

    @Argument(
        help: ArgumentHelp(
            "A database, as logger --database takes it, or where a logger's HTTP is: HOST:PORT, unix:/PATH or unix:@NAME.",
            valueName: "from"))
    var from: String

    @Option(help: ArgumentHelp("Entries of that name.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Entries of that severity: INFO, WARNING or ERROR.", valueName: "severity"))
    var severity: String?

    @Option(help: ArgumentHelp("Entries that were received then or later.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Entries that were received before that.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Entries that were stored before the one of that id.", valueName: "id"))
    var before: String?

    @Option(help: ArgumentHelp("The most entries. (default: 100)", valueName: "n"))
    var limit: Int?

    private static let maxPage = 10_000
    private static let maxTextBytes = 1024 * 1024

    func validate() throws {
        guard (limit ?? 1) > 0 else { throw ValidationError("--limit takes a number from 1 on.") }
        _ = try query()
    }

    /// What was asked for; the limit is that of all pages together.
    private func query() throws -> EntryQuery {
        var query = EntryQuery(limit: limit ?? 100)
        let asked = ["name": name, "severity": severity, "since": since, "until": until, "before": before]
        for (parameter, text) in asked {
            guard let text, let problem = query.set(parameter, to: text, maxLimit: .max) else { continue }
            throw ValidationError("--\(problem).")
        }
        return query
    }

    func run() async throws {
        let query = try query()
        let isAddress = UnixSocketName.isMeant(by: from) || from.contains(":") && !from.contains("/")
        if isAddress, !FileManager.default.fileExists(atPath: from) { try await ask(query) } else { try read(query) }
    }

    /// Prints what is in a database.
    private func read(_ query: EntryQuery) throws {
        let reader = try Databases.read(from)
        var (query, left) = (query, query.limit)
        repeat {
            query.limit = min(left, Self.maxPage)
            let page = try reader.page(query, maxTextBytes: Self.maxTextBytes)
            var out = ByteBuffer()
            for entry in page.entries {
                entry.write(into: &out)
                out.writeStaticString("\n")
            }
            try StandardOutput.write(String(buffer: out))
            left -= page.entries.count
            query.before = page.next
        } while query.before != nil && left > 0
    }

    /// Prints what a logger gives.
    private func ask(_ query: EntryQuery) async throws {
        let client = try EntriesClient(target: from)
        defer { client.close() }
        var left = query.limit
        var first = query
        first.limit = min(left, Self.maxPage)
        var next: String? = "/entries?\(first.text(before: query.before))"
        while let path = next, left > 0 {
            let page = try await client.page(path)
            let lines = page.entries.prefix(left)
            try StandardOutput.write(lines.map { $0 + "\n" }.joined())
            left -= lines.count
            next = lines.isEmpty ? nil : page.next
        }
    }
}
