import Foundation
import Testing

/// h2load, which speaks HTTP/2 and knows nothing of gRPC, has nothing to complain about.
@Suite(.timeLimit(.minutes(2)))
struct GRPCToolsTests {
    /// The message of an entry, as the contract lays it out: fields `name` and `data` of `logEntry`, each shorter than 128 bytes.
    private static func request(_ entry: PlainEntry) -> Data {
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
        let message = field(1, field(1, Array(entry.name.utf8)) + field(2, Array(entry.data.utf8)))
        return Data([0, 0, 0, 0, UInt8(message.count)] + message)
    }

    @Test("h2load: calls on four connections, 32 streams at once on each", .needs(.h2load))
    func h2load() async throws {
        let entry = PlainEntry(name: Sample.name, data: Sample.data)
        try await withLogger(["grpc"]) { logger in
            try await withTemporaryFolder { folder in
                let body = folder.appending(path: "request.bin")
                try Self.request(entry).write(to: body)
                let finished = try await runProgram(
                    .h2load,
                    [
                        "--requests", "2000", "--clients", "4", "--max-concurrent-streams", "32", "--data", body.path,
                        "--header", "content-type: application/grpc", "--header", "te: trailers",
                        "http://\(logger.targets["grpc"]!)/logs.LogService/WriteLog",
                    ])
                let text = finished.output.text
                #expect(text.contains("2000 done, 2000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(text)")
                #expect(text.contains("status codes: 2000 2xx"), "\(text)")
                let entries = try await logger.entries(limit: 3000)
                #expect(entries.count == 2000 && Set(entries.map(\.plain)) == [entry])
            }
        }
    }
}
