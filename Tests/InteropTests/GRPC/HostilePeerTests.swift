import Foundation
import HTTP2
import NIOCore
import Testing

@testable import GRPCTransport

/// Peers that abuse HTTP/2 on live sockets: their connection ends, memory stays bounded, others are served.
@Suite(.timeLimit(.minutes(2)))
struct HostilePeerTests {
    private struct CaseLine: Decodable {
        var passed: Bool
        var why: String?
    }

    private static let hostile = Program.python("http2_hostile")
    private static let client = Program.python("grpc_client")
    /// What the logger may grow by, in KiB.
    private static let maxGrowth = 64 << 10

    @Test(
        "A flood ends its connection and disturbs no other", .needs(hostile, client),
        arguments: [
            "rapid_reset", "continuation_flood", "empty_continuation_flood", "settings_flood", "ping_flood",
            "empty_data_flood", "priority_flood", "hpack_bomb", "no_preface", "half_preface",
            "preface_without_settings",
        ])
    func flood(name: String) async throws {
        try await withLogger(["grpc"]) { logger in
            let target = logger.targets["grpc"]!
            let before = try #require(memory(of: logger.program))
            async let served = runProgram(
                Self.client, ["--to", target, "--count", "200", "--in-flight", "1", "--name", "calm", "--data", "x"])
            let line = try await runProgram(Self.hostile, ["--to", target, "--case", name]).decoded(CaseLine.self)
            #expect(line.passed, "\(line.why ?? "")")
            let after = try #require(memory(of: logger.program))
            #expect(after - before < Self.maxGrowth, "grew from \(before) to \(after) KiB: \(line.why ?? "")")
            let outcome = try await served.decoded(PeerOutcome.self)
            #expect(outcome.acked == 200, "\(outcome)")
        }
    }

    /// The limits are those of a logger, only shorter.
    @Test(
        "Silence ends in time", .needs(hostile),
        arguments: [
            "zero_window", "no_preface", "half_preface", "preface_without_settings", "half_frame", "half_header_list",
            "half_message",
        ])
    func silence(name: String) async throws {
        var limits = ConnectionLimits()
        limits.preface = .seconds(1)
        limits.keepAlive = .seconds(1)
        limits.keepAliveTimeout = .seconds(1)
        limits.stall = .seconds(2)
        try await withInteropServer(connection: limits) { address in
            let finished = try await runProgram(Self.hostile, ["--to", address, "--case", name])
            let line = try finished.decoded(CaseLine.self)
            #expect(line.passed, "\(line.why ?? "")")
        }
    }

    /// The resident memory of a program, in KiB.
    private func memory(of program: RunningProgram) -> Int? {
        let status = try? String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) }
    }
}
