import Foundation
import Gob
import Testing

/// Go decodes what Swift encodes.
///
/// `BROKERLAB_GO` names the `go` command; it is always set in CI.
@Suite("Go as the receiver")
struct PeerTests {
    static let go = ProcessInfo.processInfo.environment["BROKERLAB_GO"]

    private struct Stream: Encodable {
        var name: String
        var hex: String
    }

    @Test(.enabled(if: go != nil, "set BROKERLAB_GO to the go command"))
    func decodesWhatSwiftEncoded() throws {
        var streams = try Vector.all.map { Stream(name: $0.name, hex: try encode(decodeAll($0.bytes)).hex) }
        func typed<Value: GobField>(_ name: String, _ type: Value.Type) throws {
            streams.append(Stream(name: name, hex: try encode(decode(type, Vector.named(name).bytes)).hex))
        }
        try typed("rpc request", Request.self)
        try typed("rpc stamped", Arguments<String>.self)
        try typed("basics", Basics.self)
        try typed("basics zero", Basics.self)
        try typed("widths min", Widths.self)
        try typed("widths max", Widths.self)
        try typed("tree", Tree.self)
        try typed("forest", Forest.self)
        try typed("times", Times.self)
        try typed("map struct key", [Point: Point].self)
        try typed("array int", InlineArray<3, Int>.self)
        try typed("slice bytes", [[UInt8]].self)
        for name in Vector.all.map(\.name) where name.hasPrefix("interface ") {
            let documents = try decodeAll(Vector.named(name).bytes)
            if documents.count == 1, documents[0].value["Held"] != nil { try typed(name, Holder.self) }
        }

        let file = FileManager.default.temporaryDirectory.appending(path: "gob-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try JSONEncoder().encode(streams).write(to: file)

        let process = Process()
        process.executableURL = URL(filePath: try #require(PeerTests.go))
        process.arguments = ["run", ".", "verify", file.path]
        process.currentDirectoryURL = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Peers/gobvectors")
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.contains("\(streams.count) streams verified"))
    }
}
