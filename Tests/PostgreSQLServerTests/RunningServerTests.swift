import Glibc
import PostgreSQLServer
import Testing

/// A private server comes and goes without a trace.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RunningServerTests {
    private struct Unwanted: Error {}

    private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private func text(of path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// The names in a folder.
    private func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { found.append(name) }
        }
        return found
    }

    /// The processes whose command line names the folder, or that were started by one that does.
    private func processes(naming folder: String) -> [String] {
        names(in: "/proc").filter { Int($0) != nil && text(of: "/proc/\($0)/cmdline").contains(folder) }
    }

    /// The processes that the server has started.
    private func children(of server: RunningServer) -> [String] {
        text(of: "/proc/\(server.processID)/task/\(server.processID)/children").split(separator: " ").map(String.init)
    }

    private func isAlive(_ process: String) -> Bool {
        let status = text(of: "/proc/\(process)/stat").split(separator: ")").last ?? ""
        return !status.isEmpty && !status.hasPrefix(" Z")
    }

    private func expectGone(_ folders: [String], _ helpers: [String]) {
        for folder in folders {
            #expect(!exists(folder))
            #expect(processes(naming: folder) == [])
        }
        #expect(!helpers.contains { isAlive($0) })
    }

    @Test func startsAndStopsWithoutATrace() async throws {
        let start = ContinuousClock.now
        let (folders, helpers) = try await withPostgreSQL { server -> ([String], [String]) in
            #expect(server.version.split(separator: ".").count == 2)
            #expect(server.url.hasPrefix("postgres://postgres@%2F"))
            #expect(server.url.hasSuffix("/postgres"))
            #expect(exists(server.socketFolder + "/.s.PGSQL.5432"))
            #expect(server.socketFolder != server.folder)
            let helpers = children(of: server)
            #expect(helpers.count >= 3)
            return ([server.folder, server.socketFolder], helpers)
        }
        expectGone(folders, helpers)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    /// Nobody else gets in: the folder of the socket is the server's alone, and it listens nowhere else.
    @Test func isOutOfReachOfOthers() async throws {
        try await withPostgreSQL { server in
            var status = stat()
            #expect(stat(server.socketFolder, &status) == 0)
            #expect(status.st_mode & 0o077 == 0)
            // proc(5): sl, local_address, rem_address, st (0A: listening), ..., inode as the tenth.
            let sockets = names(in: "/proc/\(server.processID)/fd").map { descriptor in
                var link = [CChar](repeating: 0, count: 256)
                readlink("/proc/\(server.processID)/fd/\(descriptor)", &link, 255)
                return String(decoding: link.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            }
            for line in (text(of: "/proc/net/tcp") + text(of: "/proc/net/tcp6")).split(separator: "\n") {
                let fields = line.split(separator: " ")
                guard fields.count > 9, fields[3] == "0A" else { continue }
                #expect(!sockets.contains("socket:[\(fields[9])]"))
            }
        }
    }

    @Test func stopsWhenTheBodyThrows() async throws {
        var seen: ([String], [String])?
        await #expect(throws: Unwanted.self) {
            try await withPostgreSQL { server in
                seen = ([server.folder, server.socketFolder], children(of: server))
                throw Unwanted()
            }
        }
        let (folders, helpers) = try #require(seen)
        expectGone(folders, helpers)
    }

    @Test func stopsWhenCancelled() async throws {
        let (started, continuation) = AsyncStream.makeStream(of: String.self)
        let task = Task {
            try await withPostgreSQL { server in
                continuation.yield(server.folder)
                try await Task.sleep(for: .seconds(3600))
            }
        }
        var iterator = started.makeAsyncIterator()
        let folder = try #require(await iterator.next())
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        expectGone([folder], [])
    }

    @Test func startsAgainAfterACrash() async throws {
        try await withPostgreSQL { server in
            let (first, helpers) = (server.processID, children(of: server))
            try await server.kill()
            #expect(!isAlive("\(first)"))
            #expect(!helpers.contains { isAlive($0) })
            try await server.startAgain()
            #expect(server.processID != first)
            #expect(isAlive("\(server.processID)"))
        }
    }

    @Test func saysHowItEnded() async throws {
        let error = await #expect(throws: PostgreSQLServerError.self) {
            try await withPostgreSQL { server in
                #expect(kill(server.processID, SIGKILL) == 0)
                try await server.awaitEnd()
            }
        }
        #expect(error?.description.hasSuffix("was ended by signal 9") == true)
    }

    @Test func saysWhyItDoesNotStart() async throws {
        var path = Array("/tmp/brokerlab-test-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&path))
        let directory = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        chmod(directory, 0o711)
        let error = await #expect(throws: PostgreSQLServerError.self) {
            try await withPostgreSQL(
                PostgreSQLOptions(directory: directory, configuration: ["no_such_setting = 1"])
            ) { _ in }
        }
        #expect(error?.description.contains("no_such_setting") == true)
        #expect(rmdir(directory) == 0)
    }
}
