import Testing

/// Numbers that a user gives have bounds, which the message names.
@Suite(.timeLimit(.minutes(1)))
struct NumberTests {
    @Test(
        "Numbers beyond what can be",
        arguments: [
            ["logger", "--max-entry-bytes", "4611686018427387903"],
            ["logger", "--max-entry-bytes", "9223372036854775807"],
            ["logger", "--max-entry-bytes", "134217729"], ["logger", "--max-entry-bytes", "0"],
            ["logger", "--store", "0"], ["logger", "--store", "99999999999"], ["logger", "--ledger", "15"],
            ["logger", "--loops", "0"], ["logger", "--loops", "65"],
            ["logger", "--ledger", "9223372036854775807"], ["logger", "--amqp-ack-batch", "9223372036854775807"],
            ["logger", "--grpc-keepalive", "nan"], ["logger", "--grpc-max-age", "1e300"],
            ["send", "--transport", "tcp", "--payload-bytes", "99999999999999"],
            ["send", "--transport", "tcp", "--payload-bytes", "16777217"],
            ["send", "--transport", "tcp", "--data", "d", "--timeout", "9223372036854775807"],
            ["send", "--transport", "tcp", "--data", "d", "--in-flight", "9223372036854775807"],
            ["send", "--transport", "tcp", "--data", "d", "--count", "0"],
            ["send", "--transport", "tcp", "--data", "d", "--rate", "nan"],
            ["send", "--transport", "tcp", "--data", "d", "--rate", "0"],
            ["send", "--transport", "tcp", "--data", "d", "--connections", "10001"],
            ["send", "--transport", "tcp", "--data", "d", "--in-flight", "2", "--connections", "3"],
            ["send", "--transport", "tcp", "--data", "d", "--duration", "nan"],
            ["send", "--transport", "tcp", "--data", "d", "--duration", "1", "--warmup", "inf"],
            ["send", "--transport", "amqp", "--data", "d", "--amqp-patience", "1e300"],
            ["bench", "--transport", "tcp", "--rounds", "9223372036854775807"],
            ["bench", "--transport", "tcp", "--payload-bytes", "9223372036854775807"],
            ["bench", "--transport", "tcp", "--rate", "inf"], ["bench", "--transport", "tcp", "--rate", "nan"],
            ["bench", "--transport", "tcp", "--duration", "1e300"],
        ])
    func beyond(_ arguments: [String]) async throws {
        expectOneClearLine(try await runProgram(.brokerlab, arguments), mentioning: [arguments[arguments.count - 2]])
    }

    @Test("The largest entry that may be asked for is taken, by every transport")
    func largest() async throws {
        try await withLogger(
            ["http", "netrpc", "grpc", "tcp"], arguments: ["--max-entry-bytes", "134217728"]
        ) { logger in
            for transport in ["http", "http:http2", "netrpc", "grpc", "tcp"] {
                let target = logger.targets[String(transport.prefix { $0 != ":" })]!
                let finished = try await send(transport, to: target)
                #expect(finished.exitCode == 0, "\(finished.errors.text)")
            }
        }
    }
}
