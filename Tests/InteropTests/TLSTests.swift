import Testing

/// Connections over TLS: ours to ours, and with grpcio at either end.
@Suite(.timeLimit(.minutes(2)))
struct TLSTests {
    private static let count = 300

    /// Runs a logger that speaks TLS; `body` is given the address, by the name that the certificate bears.
    private func withSecureLogger(
        _ transport: String, _ certificates: Certificates, _ further: [String] = [], certificate: String? = nil,
        says: String = "", _ body: (String) async throws -> Void
    ) async throws {
        struct ReadyLine: Decodable {
            var ready: Bool
        }
        struct AddressLine: Decodable {
            var target: String
        }
        let security = ["--tls-certificate", certificate ?? certificates.certificate, "--tls-key", certificates.key]
        let arguments = ["logger", "--\(transport)", "127.0.0.1:0"] + security + further
        let finished = try await withProgram(.brokerlab, arguments) { program in
            let target = try await program.line(AddressLine.self).target
            _ = try await program.line(ReadyLine.self)
            try await body(target.replacing("127.0.0.1", with: "localhost"))
        }
        #expect(finished.exitCode == 0, "\(finished.errors.text)")
        #expect(finished.errors.text.contains(says) && finished.errors.text.isEmpty == says.isEmpty)
    }

    private func send(
        _ transport: String, to target: String, _ security: [String], count: Int = count
    ) async throws -> FinishedProgram {
        try await runProgram(
            .brokerlab,
            [
                "send", "--transport", transport, "--to", target, "--name", Sample.name, "--data", Sample.data,
                "--count", "\(count)", "--in-flight", "8",
            ] + (count > 1 ? ["--json"] : []) + security)
    }

    private func expectDelivery(_ finished: FinishedProgram) throws {
        #expect(finished.exitCode == 0, "\(finished.errors.text)")
        let outcome = SendOutcome(sent: Self.count, acked: Self.count, failed: 0)
        #expect(try finished.decoded(SendOutcome.self) == outcome)
    }

    @Test("Every transport that listens", arguments: ["grpc", "grpc:stream", "tcp", "netrpc", "http", "http:http2"])
    func ours(_ transport: String) async throws {
        let listener = String(transport.prefix { $0 != ":" })
        try await withCertificates { certificates in
            try await withSecureLogger(listener, certificates) { target in
                try expectDelivery(await send(transport, to: target, ["--tls-ca", certificates.authority]))
                // The address is not in the certificate, but the name that is can be told.
                let address = target.replacing("localhost", with: "127.0.0.1")
                let named = ["--tls-ca", certificates.authority, "--tls-server-name", "localhost"]
                try expectDelivery(await send(transport, to: address, named))
            }
        }
    }

    /// Neither half waits for the other's goodbye: swift-nio-ssl did, for five seconds.
    @Test("The end of a connection takes no time", arguments: ["grpc", "tcp", "netrpc", "http", "http:http2"])
    func end(_ transport: String) async throws {
        try await withCertificates { certificates in
            try await withSecureLogger(String(transport.prefix { $0 != ":" }), certificates) { target in
                let start = ContinuousClock.now
                _ = try await send(transport, to: target, ["--tls-ca", certificates.authority], count: 1)
                #expect(ContinuousClock.now - start < .milliseconds(4500))
            }
        }
    }

    @Test(
        "The name that was asked for decides, not the address that it resolves to",
        arguments: ["grpc", "tcp", "netrpc", "http", "http:http2"])
    func names(_ transport: String) async throws {
        try await withCertificates { certificates in
            let certificate = try await certificates.certificate(for: "IP:127.0.0.1")
            let listener = String(transport.prefix { $0 != ":" })
            try await withSecureLogger(listener, certificates, certificate: certificate) { target in
                let (trust, words) = (["--tls-ca", certificates.authority], ["another name", "for 127.0.0.1, not"])
                let address = target.replacing("localhost", with: "127.0.0.1")
                try expectDelivery(await send(transport, to: address, trust))
                try expectDelivery(await send(transport, to: target, trust + ["--tls-server-name", "127.0.0.1"]))
                expectOneClearLine(try await send(transport, to: target, trust, count: 1), mentioning: words)
                for other in ["example.org", "localhost", "127.0.0.2", "::1"] {
                    let named = trust + ["--tls-server-name", other]
                    expectOneClearLine(
                        try await send(transport, to: address, named, count: 1), mentioning: words + [other])
                }
            }
        }
    }

    @Test("A certificate of one's own that has expired is told of at the start")
    func expired() async throws {
        try await withCertificates { certificates in
            let certificate = try await certificates.certificate(for: "DNS:localhost", days: -1)
            let said = "has expired on "
            try await withSecureLogger("tcp", certificates, certificate: certificate, says: said) { target in
                let trust = ["--tls-ca", certificates.authority]
                expectOneClearLine(try await send("tcp", to: target, trust, count: 1), mentioning: ["expired"])
            }
            let required = ["--tls-client-ca", certificates.authority]
            try await withSecureLogger("tcp", certificates, required) { target in
                let own = ["--tls-certificate", certificate, "--tls-key", certificates.key]
                let finished = try await send("tcp", to: target, ["--tls-ca", certificates.authority] + own, count: 1)
                #expect(finished.exitCode == 1)
                #expect(finished.errors.text.contains(said))
            }
        }
    }

    @Test(
        "TLS 1.2 has forward secrecy and authenticated encryption, or is not spoken",
        arguments: [
            ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-CHACHA20-POLY1305", true),
            ("ECDHE-ECDSA-AES128-SHA", false), ("ECDHE-ECDSA-AES256-SHA", false), ("AES128-GCM-SHA256", false),
            ("AES128-SHA", false),
        ])
    func cipherSuites(_ suite: String, _ isSpoken: Bool) async throws {
        try await withCertificates { certificates in
            try await withSecureLogger("tcp", certificates) { target in
                let finished = try await runProgram(
                    Program(path: "/usr/bin/openssl"),
                    ["s_client", "-connect", target, "-CAfile", certificates.authority, "-tls1_2", "-cipher", suite],
                    limit: .seconds(8))
                #expect((finished.exitCode == 0) == isSpoken, "\(finished.output.text) \(finished.errors.text)")
            }
        }
    }

    @Test("What the client is told, and does, when TLS fails", arguments: ["grpc", "tcp"])
    func refusals(_ transport: String) async throws {
        try await withCertificates { certificates in
            try await withSecureLogger(transport, certificates) { target in
                let authority = ["--tls-ca", certificates.authority]
                expectOneClearLine(
                    try await send(transport, to: target, ["--tls-ca", certificates.stranger], count: 1),
                    mentioning: [target, "not trusted", certificates.stranger, "--tls-ca"])
                expectOneClearLine(
                    try await send(transport, to: target, ["--tls"], count: 1),
                    mentioning: [target, "not trusted", "the system's trust store"])
                expectOneClearLine(
                    try await send(transport, to: target, authority + ["--tls-server-name", "elsewhere"], count: 1),
                    mentioning: [target, "another name", "--tls-server-name"])
                expectOneClearLine(
                    try await send(transport, to: target, ["--tls-ca", "/nowhere.pem"], count: 1),
                    mentioning: [target, "/nowhere.pem"])
                // In cleartext.
                expectOneClearLine(try await send(transport, to: target, [], count: 1), mentioning: [target])
                try expectDelivery(await send(transport, to: target, authority))
            }
            try await withLogger([transport]) { logger in
                let target = logger.targets[transport]!
                expectOneClearLine(
                    try await send(transport, to: target, ["--tls"], count: 1), mentioning: [target, "TLS"])
            }
        }
    }

    @Test(
        "A logger that asks for certificates takes those of its authority, says why it takes no others, and goes on",
        arguments: ["grpc", "grpc:stream", "tcp", "netrpc", "http", "http:http2"])
    func clientCertificates(_ transport: String) async throws {
        struct Health: Decodable {
            var received: Int
        }
        try await withCertificates { certificates in
            let required = ["--tls-client-ca", certificates.authority]
            let trust = ["--tls-ca", certificates.authority]
            let own = ["--tls-certificate", certificates.certificate, "--tls-key", certificates.key]
            let strange = ["--tls-certificate", certificates.stranger, "--tls-key", certificates.strangerKey]
            let listener = String(transport.prefix { $0 != ":" })
            let security = ["--tls-certificate", certificates.certificate, "--tls-key", certificates.key] + required
            try await withLogger([listener], arguments: security) { logger in
                let target = try #require(logger.targets[listener]).replacing("127.0.0.1", with: "localhost")
                // What is sent at once must not take the reason away from the client, though the logger reads none of it.
                for _ in 0..<5 {
                    expectOneClearLine(
                        try await send(transport, to: target, trust, count: 1),
                        mentioning: [target, "asks for a certificate", "--tls-certificate"])
                }
                expectOneClearLine(
                    try await send(transport, to: target, trust + strange, count: 1),
                    mentioning: [target, "does not trust this side's certificate"])
                let control = try #require(logger.targets["http"]).replacing("127.0.0.1", with: "localhost")
                func received() async throws -> Int {
                    let trust = ["--cacert", certificates.authority]
                    let own = ["--cert", certificates.certificate, "--key", certificates.key]
                    let answer = try await runProgram(.curl, ["https://\(control)/health"] + trust + own)
                    return try answer.decoded(Health.self).received
                }
                #expect(try await received() == 0)
                try expectDelivery(await send(transport, to: target, trust + own))
                #expect(try await received() == Self.count)
            }
        }
    }

    @Test(
        "What belongs together is asked for together",
        arguments: [
            (["logger", "--tls-client-ca", "ca.pem"], "--tls-client-ca needs --tls-certificate and --tls-key"),
            (["logger", "--tls-certificate", "logger.pem"], "give both"),
            (["send", "--transport", "tcp", "--tls-key", "own.key"], "give both"),
            (["broker", "--transport", "grpc", "--tls-certificate", "own.pem"], "give both"),
            (
                ["send", "--transport", "amqp", "--tls-certificate", "own.pem", "--tls-key", "own.key"],
                "TLS is part of the URL"
            ),
        ])
    func flags(_ arguments: [String], _ words: String) async throws {
        let finished = try await runProgram(.brokerlab, arguments)
        #expect(finished.exitCode == 64)
        expectOneClearLine(finished, mentioning: [words])
    }

    /// openssl has a session for each ticket, which the logger sends with its first answer; gRPC's is its SETTINGS.
    @Test(
        "A client that has been there before resumes its session, without certificates, also where it has to have one",
        arguments: ["http", "grpc"], [false, true])
    func resumption(_ transport: String, isMutual: Bool) async throws {
        try await withCertificates { certificates in
            let required = isMutual ? ["--tls-client-ca", certificates.authority] : []
            let own = isMutual ? ["-cert", certificates.certificate, "-key", certificates.key] : []
            let session = certificates.folder + "/session.pem"
            try await withSecureLogger(transport, certificates, required) { target in
                func speak(_ more: [String]) async throws -> FinishedProgram {
                    // Over HTTP/2 that is refused, and either connection closed.
                    let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    let finished = try await runProgram(
                        Program(path: "/usr/bin/openssl"),
                        ["s_client", "-connect", target, "-CAfile", certificates.authority, "-tls1_3", "-ign_eof"]
                            + ["-alpn", transport == "grpc" ? "h2" : "http/1.1"] + own + more,
                        input: request, limit: .seconds(20))
                    #expect(finished.exitCode != nil, "\(finished.output.text)")
                    return finished
                }
                /// What openssl says that it has read and written until the handshake was done.
                func bytes(_ finished: FinishedProgram) throws -> (read: Int, written: Int) {
                    let pattern = /SSL handshake has read (\d+) bytes and written (\d+) bytes/
                    let match = try #require(
                        finished.output.lines.lazy.compactMap { $0.firstMatch(of: pattern) }.first)
                    return try (#require(Int(match.1)), #require(Int(match.2)))
                }
                let full = try await speak(["-sess_out", session])
                let resumed = try await speak(["-sess_in", session])
                #expect(full.output.lines.contains { $0.hasPrefix("New, TLSv1.3") }, "\(full.output.text)")
                #expect(resumed.output.lines.contains { $0.hasPrefix("Reused, TLSv1.3") }, "\(resumed.output.text)")
                // Neither certificates nor their signatures.
                #expect(try bytes(resumed).read < bytes(full).read / 2)
                if isMutual { #expect(try bytes(full).written > 800) }
            }
        }
    }

    @Test("gRPC without ALPN h2 is refused by the logger")
    func serverWantsALPN() async throws {
        try await withCertificates { certificates in
            try await withSecureLogger("grpc", certificates) { target in
                // HTTP/2 with prior knowledge over TLS, but nothing is offered; then what is not HTTP/2.
                for protocols in [[], ["-alpn", "http/1.1"]] {
                    let finished = try await runProgram(
                        Program(path: "/usr/bin/openssl"),
                        ["s_client", "-connect", target, "-CAfile", certificates.authority, "-ign_eof"] + protocols,
                        limit: .seconds(8))
                    // It ends by itself, because the logger closes.
                    #expect(finished.exitCode != nil)
                    #expect(!finished.output.text.contains("ALPN protocol: h2"))
                }
                try expectDelivery(await send("grpc", to: target, ["--tls-ca", certificates.authority]))
            }
        }
    }

    @Test("gRPC without ALPN h2 is refused by the client")
    func clientWantsALPN() async throws {
        try await withCertificates { certificates in
            // The address of net/rpc agrees upon no protocol.
            try await withSecureLogger("netrpc", certificates) { target in
                expectOneClearLine(
                    try await send("grpc", to: target, ["--tls-ca", certificates.authority], count: 1),
                    mentioning: [target, "h2 (ALPN)"])
            }
        }
    }

    @Test("The HTTP address takes the version that was agreed upon, and HTTP/1.1 where none was")
    func versionsOfHTTP() async throws {
        try await withCertificates { certificates in
            try await withSecureLogger("http", certificates) { target in
                for (version, spoken) in [("--http2", "2"), ("--http1.1", "1.1"), ("--no-alpn", "1.1")] {
                    let finished = try await runProgram(
                        .curl,
                        [
                            version, "--cacert", certificates.authority, "--write-out",
                            "\n%{http_code} %{http_version}",
                            "https://\(target)/health",
                        ])
                    #expect(finished.output.lines.last == "200 \(spoken)", "\(version) \(finished.errors.text)")
                }
            }
        }
    }

    @Test("grpcio's secure channel to the logger", .needs(.python("grpc_client")))
    func grpcioClient() async throws {
        try await withCertificates { certificates in
            try await withSecureLogger("grpc", certificates) { target in
                let finished = try await runProgram(
                    .python("grpc_client"),
                    Sample.arguments(to: target, count: Self.count) + ["--tls-ca", certificates.authority])
                #expect(finished.exitCode == 0, "\(finished.output.text) \(finished.errors.text)")
                #expect(try finished.decoded(PeerOutcome.self).acked == Self.count)
            }
        }
    }

    @Test("To grpcio's secure server", .needs(.python("grpc_server")), arguments: ["grpc"])
    func grpcioServer(_ transport: String) async throws {
        try await withCertificates { certificates in
            let security = ["--tls-certificate", certificates.certificate, "--tls-key", certificates.key]
            try await withProgram(.python("grpc_server"), security) { server in
                let address = try await server.line(ListenLine.self).listen
                let target = address.replacing("127.0.0.1", with: "localhost")
                try expectDelivery(await send(transport, to: target, ["--tls-ca", certificates.authority]))
                let entries = try await server.lines(Self.count, PlainEntry.self)
                #expect(Set(entries) == [PlainEntry(name: Sample.name, data: Sample.data)])
                expectOneClearLine(
                    try await send(transport, to: target, ["--tls-ca", certificates.stranger], count: 1),
                    mentioning: [target, "not trusted"])
            }
        }
    }
}
