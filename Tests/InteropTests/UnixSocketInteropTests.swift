import Broker
import Foundation
import Subprocess
import Testing

/// The program's commands over Unix domain sockets, and peers that know nothing of this project at either end.
@Suite(.timeLimit(.minutes(2)))
struct UnixSocketInteropTests {
    private static let count = 20

    private struct ReadyLine: Decodable {
        var ready: Bool
    }

    /// Runs a logger with a socket for each transport, all but the floor's with a file; it has to leave no file behind.
    private func withLogger(
        _ further: [String] = [], _ body: (RunningProgram, _ path: (String) -> String) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            func path(_ name: String) -> String { folder.appending(path: "\(name).sock").path }
            let names = ["http", "netrpc", "grpc"]
            let listening = names.flatMap { ["--\($0)", "unix:\(path($0))"] }
            let finished = try await withProgram(.brokerlab, ["logger"] + listening + further) { logger in
                _ = try await logger.line(ReadyLine.self)
                try await body(logger, path)
            }
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    private func send(_ transport: String, to target: String, _ further: [String] = []) async throws -> FinishedProgram
    {
        let text = ["--name", Sample.name, "--data", Sample.data]
        return try await runProgram(
            .brokerlab, ["send", "--transport", transport, "--to", target] + text + further)
    }

    @Test(
        "A logger takes what Go's net/rpc, grpcio and curl send, by any Host",
        .needs(.go("netrpc-client"), .python("grpc_client")))
    func logger() async throws {
        try await withLogger { _, path in
            for (peer, name) in [(Program.go("netrpc-client"), "netrpc"), (.python("grpc_client"), "grpc")] {
                let finished = try await runProgram(
                    peer, Sample.arguments(to: "unix:\(path(name))", count: Self.count) + ["--in-flight", "4"])
                #expect(try finished.decoded(PeerOutcome.self).acked == Self.count, "\(finished.errors.text)")
            }
            let body = try logBody(PlainEntry(name: "curl", data: "text"))
            for version in ["--http1.1", "--http2-prior-knowledge"] {
                let answer = try await post(
                    body, to: "http://whatever.example/log", headers: [version, "--unix-socket", path("http")])
                #expect(answer.status == 202)
            }
            // A page of a browser says whose it is, wherever it comes from.
            let foreign = ["--unix-socket", path("http"), "--header", "Origin: http://evil.example"]
            #expect(try await post(body, to: "http://localhost/log", headers: foreign).status == 403)
            let entries = try await runProgram(.brokerlab, ["entries", "unix:\(path("http"))", "--limit", "1000"])
            #expect(entries.exitCode == 0 && entries.output.lines.count == 2 * Self.count + 2, "\(entries.errors.text)")
        }
    }

    @Test(
        "send reaches peers", .needs(.go("netrpc-server"), .go("http-server"), .python("grpc_server")),
        arguments: [ReceivingPeer.netRPC, .grpcio, .goHTTP, .goHTTP2])
    func peers(_ peer: ReceivingPeer) async throws {
        try await withTemporaryFolder { folder in
            let target = "unix:" + folder.appending(path: "peer.sock").path
            try await withProgram(peer.program, ["--listen", target]) { server in
                #expect(try await server.line(ListenLine.self).listen == target)
                let finished = try await send(peer.transport, to: target)
                #expect(finished.exitCode == 0, "\(finished.errors.text)")
                #expect(try await server.line(PlainEntry.self).name == Sample.name)
            }
        }
    }

    @Test("Names without a file, and a URL with a path")
    func names() async throws {
        let name = "unix:@brokerlab-test-\(UUID())"
        try await withLogger(["--tcp", name]) { _, path in
            #expect(try await send("tcp", to: name).exitCode == 0)
            #expect(try await send("http", to: "http://unix:\(path("http")):/log").exitCode == 0)
            let elsewhere = try await send("http:http2", to: "http://unix:\(path("http")):/elsewhere")
            #expect(elsewhere.exitCode == 1 && elsewhere.errors.text.contains("404"), "\(elsewhere.errors.text)")
            let nobody = try await send("grpc", to: "unix:\(path("nobody"))", ["--patience", "0"])
            #expect(
                nobody.errors.text.contains(
                    "no such file or directory. Start it with: brokerlab logger --grpc unix:\(path("nobody"))"),
                "\(nobody.errors.text)")
        }
    }

    @Test("A broker listens on one and forwards to another")
    func broker() async throws {
        try await withLogger { _, path in
            let listen = path("broker")
            let arguments = [
                "broker", "--listen", "unix:\(listen)", "--transport", "grpc:stream", "--to", "unix:\(path("grpc"))",
            ]
            let finished = try await withProgram(.brokerlab, arguments) { broker in
                _ = try await broker.line(ReadyLine.self)
                #expect(try await broker.line(ListenLine.self).listen == "unix:\(listen)")
                let answer = try await post(
                    handleBody(PlainEntry(name: "a", data: "b")), to: "http://localhost/handle",
                    headers: ["--unix-socket", listen])
                #expect(answer.status == 202)
            }
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
        }
    }

    @Test("Over TLS, the certificate has to bear localhost, or the name that is told")
    func tls() async throws {
        try await withCertificates { certificates in
            let other = try await certificates.certificate(for: "DNS:logger.internal")
            for (file, name) in [(certificates.certificate, "localhost"), (other, "logger.internal")] {
                try await withLogger(["--tls-certificate", file, "--tls-key", certificates.key]) { _, path in
                    let trust = ["--tls-ca", certificates.authority]
                    let unnamed = try await send("grpc", to: "unix:\(path("grpc"))", trust)
                    #expect((unnamed.exitCode == 0) == (name == "localhost"), "\(unnamed.errors.text)")
                    let named = try await send("http", to: "unix:\(path("http"))", trust + ["--tls-server-name", name])
                    #expect(named.exitCode == 0, "\(named.errors.text)")
                }
            }
        }
    }

    @Test(
        "The file of a logger that was killed is replaced, that of one that runs is not, and what is no socket is left alone"
    )
    func files() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "tcp.sock").path
            let arguments = ["logger", "--tcp", "unix:\(file)"]
            try await withProgram(.brokerlab, arguments, isStopped: false) { logger in
                _ = try await logger.line(ReadyLine.self)
                try logger.signal(.kill)
            }
            #expect(access(file, F_OK) == 0)
            let finished = try await withProgram(.brokerlab, arguments) { logger in
                _ = try await logger.line(ReadyLine.self)
                let second = try await runProgram(.brokerlab, arguments)
                #expect(second.exitCode == 69 && second.errors.text.contains("somebody listens there"))
                #expect(try await send("tcp", to: "unix:\(file)").exitCode == 0)
            }
            #expect(finished.exitCode == 0 && access(file, F_OK) != 0)
            try Data("precious".utf8).write(to: URL(filePath: file))
            let refused = try await runProgram(.brokerlab, arguments)
            #expect(refused.exitCode == 69 && refused.errors.text.contains("something that is no socket"))
            #expect(try Data(contentsOf: URL(filePath: file)) == Data("precious".utf8))
        }
    }

    @Test("A path that is too long is refused with the limit, wherever one is given")
    func tooLong() async throws {
        let target = "unix:/" + String(repeating: "x", count: UnixSocketName.maxBytes)
        for arguments in [
            ["logger", "--grpc", target], ["broker", "--listen", target, "--transport", "tcp"],
            ["send", "--transport", "http", "--to", target, "--data", "x"],
            ["send", "--transport", "netrpc", "--to", target, "--data", "x"],
        ] {
            let finished = try await runProgram(.brokerlab, arguments)
            #expect(finished.exitCode == 64, "\(arguments)")
            #expect(finished.errors.text.contains("of at most 107 bytes"), "\(finished.errors.text)")
        }
    }
}
