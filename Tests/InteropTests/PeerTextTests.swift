import Foundation
import Testing

/// What a peer says is shown, and controls neither a terminal nor the lines that it is shown on.
@Suite(.timeLimit(.minutes(1)))
struct PeerTextTests {
    private struct Started: Decodable {
        var target: String
    }

    @Test(
        "The words of a refusal, on the terminal and in JSON", .needs(.python("rude_server")),
        arguments: ["http", "netrpc", "grpc"])
    func refusal(_ transport: String) async throws {
        try await withProgram(.python("rude_server"), [transport]) { server in
            let target = try await server.line(Started.self).target
            for json in [false, true] {
                let finished = try await send(transport, to: target, json: json)
                #expect(finished.exitCode == 1)
                let printed = finished.output.text + finished.errors.text
                #expect(printed.contains("pwned"), "\(printed)")
                expectHarmless(printed)
                #expect(!finished.errors.lines.contains { $0.hasPrefix("sent 1, acknowledged 1") })
            }
        }
    }

    @Test("The names in a stream of gobs")
    func gobs() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "names.gob")
            // Type 65 is `T ESC [2J LF`, a struct with the int field `X ESC [31m`; a value of it.
            let name = Array("T\u{1b}[2J\nint 666\n".utf8), field = Array("X\u{1b}[31m".utf8)
            let common = [1, UInt8(name.count)] + name + [1, 0xFF, 0x82, 0]
            let definition = [0xFF, 0x81, 3, 1] + common + [1, 1, 1, UInt8(field.count)] + field + [1, 4, 0, 0, 0]
            try Data([UInt8(definition.count)] + definition + [5, 0xFF, 0x82, 1, 2, 0]).write(to: file)
            let finished = try await runProgram(.brokerlab, ["gob", file.path])
            #expect(finished.exitCode == 0, "\(finished.errors.text)")
            expectHarmless(finished.output.text)
            #expect(finished.output.lines.count == 2 && finished.output.text.contains(#"T\u{1b}[2J\nint 666\n"#))
        }
    }

    private func expectHarmless(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let bad = text.unicodeScalars.filter { scalar in
            scalar != "\n" && (scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{202e}")
        }
        #expect(bad.isEmpty, "\(text.debugDescription)", sourceLocation: sourceLocation)
    }
}
