import CLibFuzzer
import Foundation

/// The fuzzer of every decoder that reads a peer's bytes: `FUZZ_TARGET=gob fuzz CORPUS -max_total_time=30`.
///
/// Built by `Tests/fuzz` only, for it needs libFuzzer. Takes libFuzzer's own arguments; a file instead of a folder is run once.
@main enum Fuzz {
    static let targets: [FuzzTarget] = [
        .gob, .gobTyped, .netRPCServer, .netRPCClient, .tcpServer, .tcpClient, .amqpServer, .amqpClient, .httpServer,
        .httpClient, .http2Server, .http2Client, .entryJSON, .text, .grpcServer, .grpcClient,
    ]

    static func main() {
        let names = targets.map(\.name)
        guard let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"],
            let target = targets.first(where: { $0.name == name })
        else {
            FileHandle.standardError.write(Data("set FUZZ_TARGET to one of: \(names.joined(separator: " "))\n".utf8))
            exit(2)
        }
        chosen = target
        var (count, arguments) = (CommandLine.argc, Optional(CommandLine.unsafeArgv))
        let status = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            chosen?.run(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        }
        exit(status)
    }
}

/// What the C callback, which captures nothing, runs.
///
/// Unsafe: set once, before the only thread calls back.
nonisolated(unsafe) private var chosen: FuzzTarget?
