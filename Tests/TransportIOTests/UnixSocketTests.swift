import Broker
import EngineTestKit
import Foundation
import MachineTestKit
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import TransportIO

/// Servers and clients on Unix domain sockets, and what becomes of their files.
@Suite(.timeLimit(.minutes(1))) final class UnixSocketTests: Sendable {
    private let folder = NSTemporaryDirectory() + "brokerlab-unix-\(UUID())"
    private var path: String { folder + "/logger.sock" }
    private var file: Endpoint { .unix(.path(path)) }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test(arguments: [true, false])
    func entriesArrive(isFile: Bool) async throws {
        let recorder = RecordingRecorder()
        let endpoint = isFile ? file : Endpoint.unix(.abstract("brokerlab-test-\(UUID())"))
        try await withLineServer(recorder, on: endpoint) { server in
            #expect(server.endpoint == endpoint)
            try await server.client().withConnection { connection in
                for number in 0..<100 { _ = try await connection.send(LogEntry(name: "\(number)", data: "")) }
            }
        }
        #expect(recorder.entries.count == 100)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    /// A long path is one that NIO itself does not take.
    @Test func longestPath() async throws {
        let name = String(repeating: "x", count: UnixSocketName.maxBytes - folder.utf8.count - 1)
        try await withLineServer(on: .unix(.path("\(folder)/\(name)"))) { server in
            try await server.client().withConnection { connection in
                _ = try await connection.send(LogEntry(name: "a", data: ""))
            }
        }
    }

    /// The peer ends its side at once, or closes the socket with answers under way.
    @Test func ends() async throws {
        let recorder = PatientRecorder(atOnce: ["a"])
        try await withLineServer(recorder, on: file) { server in
            let socket = try RawSocket(to: server.endpoint)
            await socket.say("1 a\n2 a\n3 half a li")
            socket.endOutput()
            #expect(try await socket.hearAll() == "1 ok\n2 ok\n")
            let other = try RawSocket(to: server.endpoint)
            await other.say("1 b\n2 b\n")
            await recorder.received(2)
            other.close()
            for (_, reply) in recorder.takeReplies() { reply(.recorded) }
            // The server has not suffered.
            try await server.client().withConnection { connection in
                _ = try await connection.send(LogEntry(name: "a", data: ""))
            }
        }
    }

    /// A stop answers what is under way; meanwhile nobody finds the socket any more.
    @Test func drains() async throws {
        let recorder = PatientRecorder()
        try await withLineServer(recorder, on: file) { server in
            let socket = try RawSocket(to: server.endpoint)
            await socket.say("1 a\n")
            await recorder.received(1)
            server.beginStop()
            while access(path, F_OK) == 0 { await Task.yield() }
            #expect(throws: SocketFailure.self) { try RawSocket(to: server.endpoint) }
            for (_, reply) in recorder.takeReplies() { reply(.recorded) }
            #expect(try await socket.hearAll() == "1 ok\n")
            socket.close()
            try await server.stop()
        }
    }

    @Test func nobodyListens() async throws {
        for endpoint in [file, .unix(.abstract("brokerlab-test-\(UUID())"))] {
            let failure = await #expect(throws: TransportError.self) {
                try await lineClient(to: endpoint).withConnection { _ in }
            }
            #expect(failure?.fate == .notSent)
            let reason = endpoint == file ? "no such file or directory" : "connection refused"
            #expect(failure?.message == "cannot reach the line server at \(endpoint): \(reason). Start it.")
        }
    }

    /// The socket of a process that was killed is replaced; those who look for it meanwhile are refused.
    @Test func staleFile() async throws {
        try leaveStale()
        #expect(throws: SocketFailure.self) { try RawSocket(to: file) }
        try await withLineServer(on: file) { server in
            try await server.client().withConnection { connection in
                _ = try await connection.send(LogEntry(name: "a", data: ""))
            }
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test func fileThatIsInUse() async throws {
        try await withLineServer(on: file) { server in
            let error = await failureToServe(on: file)
            #expect(
                error == "cannot listen on unix:\(path): somebody listens there. End it, or choose another name.")
            // Who was there first is there still.
            try await server.client().withConnection { connection in
                _ = try await connection.send(LogEntry(name: "a", data: ""))
            }
        }
        let name = Endpoint.unix(.abstract("brokerlab-test-\(UUID())"))
        try await withLineServer(on: name) { _ in
            #expect(await failureToServe(on: name)?.contains("somebody listens there") == true)
        }
    }

    /// What is no socket is left alone: a file, a folder, a link that leads nowhere.
    @Test(arguments: ["file", "folder", "link"])
    func fileThatIsNoSocket(kind: String) async throws {
        switch kind {
        case "file": try Data("precious".utf8).write(to: URL(filePath: path))
        case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        default: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/nowhere/at-all")
        }
        let error = await failureToServe(on: file)
        #expect(error?.contains("there is something that is no socket, and it is left alone") == true)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let kinds: [String: FileAttributeType] = [
            "file": .typeRegular, "folder": .typeDirectory, "link": .typeSymbolicLink,
        ]
        #expect(attributes[.type] as? FileAttributeType == kinds[kind])
        if kind == "file" { #expect(try Data(contentsOf: URL(filePath: path)) == Data("precious".utf8)) }
    }

    @Test func folderThatIsNotThere() async {
        let error = await failureToServe(on: .unix(.path("\(folder)/nowhere/logger.sock")))
        #expect(error?.hasSuffix("there is no folder for it. Make \(folder)/nowhere first.") == true)
    }

    /// A successor's socket is not the one's that ends.
    @Test func fileThatHasBecomeAnothers() async throws {
        try await withLineServer(on: file) { _ in
            unlink(path)
            try leaveStale()
        }
        #expect(access(path, F_OK) == 0)
    }

    /// Who may write to the file may connect, and the umask decides that: as for every file that a process makes.
    @Test func leave() async throws {
        try await withLineServer(on: file) { _ in
            var status = stat()
            #expect(stat(path, &status) == 0)
            // Setting it to read it would be seen by other tests.
            let process = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(process.split(separator: "\n").first { $0.hasPrefix("Umask:") })
            let digits = line.dropFirst("Umask:".count).trimmingCharacters(in: .whitespaces)
            let mask = try #require(UInt32(digits, radix: 8))
            #expect(status.st_mode & 0o777 == 0o777 & ~mask)
        }
    }

    /// The limit for one address is one for each user.
    @Test func connectionsOfOneUser() async throws {
        let notices = Mutex<[String]>([])
        var options = ServerOptions(target: "\(file)", notice: { notice in notices.withLock { $0.append(notice) } })
        options.connections.maxConnectionsPerAddress = 0
        let server = SocketServerTransport(on: file, options: options) { LineServerEngine() }
        let (ready, told) = AsyncStream.makeStream(of: ServerAddress.self)
        let serving = Task { try await server.serve(to: RecordingRecorder()) { told.yield($0) } }
        for await address in ready {
            #expect(address == ServerAddress(target: "unix:\(path)"))
            break
        }
        #expect(try await RawSocket(to: file).hearAll() == "")
        serving.cancel()
        try await serving.value
        let said = notices.withLock { $0 }
        #expect(said.count == 1 && said[0].hasPrefix("a connection from user \(getuid()) was refused: "), "\(said)")
    }

    private func failureToServe(on endpoint: Endpoint) async -> String? {
        let server = SocketServerTransport(on: endpoint, options: ServerOptions(target: "\(endpoint)")) {
            LineServerEngine()
        }
        do {
            try await server.serve(to: RecordingRecorder()) { _ in Issue.record("it listens on \(endpoint)") }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Where as many wait to be accepted as may, a connection waits for room, as it does with TCP, until its time is over.
    @Test func fullBacklog() async throws {
        let listener = try UnixListener(.path(path), backlog: 0)
        defer { close(listener.descriptor) }
        let first = try RawSocket(to: file)
        defer { first.close() }
        @Sendable func connect(within limit: TimeAmount) async throws {
            let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
            let channel = try await ClientBootstrap(group: eventLoop)
                .connect(to: file, within: limit, on: eventLoop) { $0.eventLoop.makeSucceededFuture($0) }
                .get()
            try await channel.close()
        }
        let begin = MonotonicClock.now
        let error = try await #require(throws: IOError.self) { try await connect(within: .milliseconds(20)) }
        #expect(error.errnoCode == EAGAIN && MonotonicClock.now - begin >= 20_000_000)
        async let connected: Void = connect(within: .seconds(30))
        var accepted = accept(listener.descriptor, nil, nil)
        #expect(accepted >= 0)
        try await connected
        close(accepted)
        accepted = accept(listener.descriptor, nil, nil)
        close(accepted)
    }

    /// Leaves the file of a socket that is closed.
    private func leaveStale() throws {
        let listener = try UnixListener(.path(path), backlog: 1)
        close(listener.descriptor)
    }
}
