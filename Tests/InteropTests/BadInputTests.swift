import Foundation
import MachineTestKit
import Testing

/// What a user can get wrong ends with one line that says what, and an exit code.
@Suite(.timeLimit(.minutes(1)))
struct BadInputTests {
    @Test(
        "An unknown transport is named, and so are the known ones",
        arguments: [
            ["send", "--transport", "pigeon", "--to", "127.0.0.1:1", "--name", "n", "--data", "d"],
            ["broker", "--listen", "127.0.0.1:0", "--transport", "pigeon", "--to", "127.0.0.1:1"],
            ["bench", "--transport", "tcp,pigeon"],
        ])
    func unknownTransport(_ arguments: [String]) async throws {
        let finished = try await runProgram(.brokerlab, arguments)
        expectOneClearLine(finished, mentioning: ["pigeon", "netrpc"])
    }

    @Test("A closed port", arguments: ["http", "netrpc", "grpc", "tcp", "amqp"])
    func closedPort(_ transport: String) async throws {
        let port = try ReservedPort()
        let target = transport == "amqp" ? "amqp://\(port.address)" : port.address
        expectOneClearLine(try await send(transport, to: target), mentioning: [port.address, "refused"])
    }

    @Test("A logger that never answers", arguments: ["http", "netrpc", "tcp"])
    func silence(_ transport: String) async throws {
        let port = try ReservedPort()
        try port.acceptInSilence()
        let arguments = ["send", "--transport", transport, "--to", port.address, "--data", "d", "--timeout", "1"]
        expectOneClearLine(
            try await runProgram(.brokerlab, arguments), mentioning: [port.address, "no answer", "within 1 s"])
    }

    @Test("What is no address", arguments: ["127.0.0.1", "127.0.0.1:99999", ":5001", "not an address"])
    func noAddress(_ target: String) async throws {
        expectOneClearLine(try await send("netrpc", to: target), mentioning: [target])
    }

    @Test("A logger without its RabbitMQ")
    func loggerWithoutRabbitMQ() async throws {
        let port = try ReservedPort()
        let finished = try await runProgram(.brokerlab, ["logger", "--amqp", "amqp://\(port.address)"])
        expectOneClearLine(finished, mentioning: [port.address, "refused"])
    }

    @Test("One of several receivers that cannot start", arguments: ["tcp", "amqp"])
    func oneReceiver(_ broken: String) async throws {
        let port = try ReservedPort()
        let address = broken == "amqp" ? "amqp://\(port.address)" : port.address
        let start = ContinuousClock.now
        let finished = try await runProgram(
            .brokerlab, ["logger", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--\(broken)", address])
        expectOneClearLine(finished, mentioning: [port.address])
        #expect(ContinuousClock.now - start < .seconds(10), "it ends at once, not when it is stopped")
    }

    @Test("A benchmark without its RabbitMQ")
    func benchWithoutRabbitMQ() async throws {
        let port = try ReservedPort()
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                ["bench", "--transport", "tcp,amqp", "--rounds", "1", "--duration", "0.1", "--quiet"]
                    + ["--amqp", "amqp://\(port.address)", "--out", folder.appending(path: "out").path])
            expectOneClearLine(finished, mentioning: [port.address, "refused", "leave out --amqp"])
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
        }
    }

    @Test("A password is not repeated")
    func password() async throws {
        let port = try ReservedPort()
        for url in [
            "amqp://user:secret@\(port.address)", "amqp://user:secret@", "amqp://user:secret",
            "amqp://user:sec/secret@h",
            "amqp://user:secret@h:p", "amqp://user:secret@h?x=1", "amqp://user:secret#@h",
        ] {
            for arguments in [["send", "--transport", "amqp", "--data", "d", "--to", url], ["logger", "--amqp", url]] {
                let finished = try await runProgram(.brokerlab, arguments)
                #expect(finished.exitCode != 0)
                #expect(
                    !(finished.output.text + finished.errors.text).contains("secret"), "\(url): \(finished.errors.text)"
                )
            }
        }
    }

    @Test("A port that is taken")
    func portTaken() async throws {
        try await withLogger(["tcp"]) { logger in
            let taken = logger.targets["tcp"]!
            let second = try await runProgram(.brokerlab, ["logger", "--tcp", taken])
            expectOneClearLine(second, mentioning: [taken])
            let broker = try await runProgram(
                .brokerlab, ["broker", "--listen", taken, "--transport", "tcp", "--to", taken])
            expectOneClearLine(broker, mentioning: [taken])
        }
    }

    @Test(
        "A malformed suite file",
        arguments: [
            "", "transports: [tcp", "- just\n- a list\n", "transport: pigeon\n", "no_such_key: 1\n", "\u{0}\u{1}\u{2}",
        ])
    func malformedSuite(_ text: String) async throws {
        try await withTemporaryFolder { folder in
            let suite = folder.appending(path: "suite.yaml")
            try Data(text.utf8).write(to: suite)
            let finished = try await runProgram(
                .brokerlab, ["bench", "--suite", suite.path, "--out", folder.appending(path: "out").path])
            expectOneClearLine(finished, mentioning: ["suite.yaml"])
        }
    }

    @Test("A suite that is not there")
    func missingSuite() async throws {
        let finished = try await runProgram(.brokerlab, ["bench", "--suite", "/nonexistent/suite.yaml"])
        expectOneClearLine(finished, mentioning: ["/nonexistent/suite.yaml"])
    }

    @Test(
        "Numbers that make no sense",
        arguments: [
            ["--rounds", "0"], ["--duration", "-1"], ["--in-flight", "0"], ["--in-flight", "many"],
            ["--payload-bytes", "-1"], ["--rate", "-5"], ["--placement", "moon"],
        ])
    func senselessNumbers(_ arguments: [String]) async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab,
                ["bench", "--transport", "tcp", "--out", folder.appending(path: "out").path] + arguments)
            expectOneClearLine(finished)
        }
    }

    @Test("An output folder that cannot be written")
    func unwritableOutput() async throws {
        try await withTemporaryFolder { folder in
            // Below a file: that stops even root.
            let file = folder.appending(path: "file")
            try Data().write(to: file)
            let out = file.appending(path: "out").path
            let finished = try await runProgram(
                .brokerlab, ["bench", "--transport", "tcp", "--duration", "0.2", "--rounds", "1", "--out", out])
            expectOneClearLine(finished, mentioning: [out])
        }
    }

    @Test(
        "A results file on a full disk",
        arguments: ["run.json", "latency.hlog", "benchmark.txt", "report.html", "layers.csv", "timeline.csv"])
    func fullDisk(_ name: String) async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: name), withDestinationURL: URL(filePath: "/dev/full"))
            let suite = folder.appending(path: "suite.yaml")
            try Data("name: full\ntransports: [tcp]\ndecomposition: true\ntimeline_ms: 10\n".utf8).write(to: suite)
            let finished = try await runProgram(
                .brokerlab,
                ["bench", "--suite", suite.path, "--duration", "0.1", "--rounds", "1", "--payload-bytes", "100"]
                    + ["--in-flight", "1", "--quiet", "--out", folder.path])
            expectOneClearLine(finished, mentioning: [name, "no space left on device"])
            #expect(finished.exitCode == 69)
        }
    }

    @Test("A missing rabbitmq-server")
    func missingRabbitMQ() async throws {
        try await withTemporaryFolder { folder in
            let finished = try await runProgram(
                .brokerlab.with(environment: Missing.rabbitMQ),
                ["bench", "--transport", "amqp", "--duration", "0.2", "--rounds", "1", "--out", folder.path])
            expectOneClearLine(finished, mentioning: ["rabbitmq-server"])
        }
    }
}
