import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips a test whose peers are not set up.
    ///
    /// In CI, a missing peer is a failure and nothing is skipped.
    static func needs(_ peers: Program...) -> Self {
        .enabled("run Tests/run once: it sets the peers up") {
            ProcessInfo.processInfo.environment["CI"] != nil || peers.allSatisfy(\.exists)
        }
    }
}

/// A log entry as the contract has it: what peers print, one a line, and what the logger lists.
struct PlainEntry: Codable, Hashable {
    var name: String
    var data: String
}

/// What a peer that sends prints when it is done.
struct PeerOutcome: Decodable {
    var sent: Int
    var acked: Int
    var reply: String
    var error: String?
}

/// What a peer that listens prints first.
struct ListenLine: Decodable {
    var listen: String
}

/// Text that goes wrong where bytes, scalars and UTF-16 units are mixed up, or where quoting is.
enum Sample {
    static let name = "naïve ☃"
    static let data = "žluťoučký 🐎 \"quoted\" \\ <&> \t end"

    /// The entries that a peer sends for `--count count`: it numbers its data.
    static func numbered(_ count: Int) -> Set<PlainEntry> {
        Set((0..<count).map { PlainEntry(name: name, data: "\(data) #\($0)") })
    }

    /// The arguments that make a peer send them.
    static func arguments(to target: String, count: Int) -> [String] {
        ["--to", target, "--count", "\(count)", "--name", name, "--data", data]
    }
}

/// A peer that receives, for a transport that reaches it.
struct ReceivingPeer: Sendable, CustomTestStringConvertible {
    var transport: String
    var program: Program

    var testDescription: String { "\(transport) to \(program.arguments.last ?? program.path)" }

    static let netRPC = ReceivingPeer(transport: "netrpc", program: .go("netrpc-server"))
    static let grpcio = ReceivingPeer(transport: "grpc", program: .python("grpc_server"))
    static let pythonHTTP = ReceivingPeer(transport: "http", program: .python("http_server"))
    static let goHTTP = ReceivingPeer(transport: "http", program: .go("http-server"))
    static let goHTTP2 = ReceivingPeer(transport: "http:http2", program: .go("http-server"))
    static let all = [netRPC, grpcio, pythonHTTP, goHTTP, goHTTP2]

    /// Runs the peer while `body` runs, which is given the peer's address.
    func serve(_ body: (RunningProgram, String) async throws -> Void) async throws {
        try await withProgram(program) { server in
            try await body(server, server.line(ListenLine.self).listen)
        }
    }
}
