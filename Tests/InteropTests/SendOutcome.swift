import Foundation
import Testing

/// What `brokerlab send --json` prints.
struct SendOutcome: Decodable, Hashable {
    var sent: Int
    var acked: Int
    var failed: Int
}

/// Runs `brokerlab send` with the sample entry.
func send(
    _ transport: String, to target: String, count: Int = 1, name: String = Sample.name, json: Bool = false
) async throws -> FinishedProgram {
    try await runProgram(
        .brokerlab,
        [
            "send", "--transport", transport, "--to", target, "--name", name, "--data", Sample.data,
            "--count", "\(count)", "--in-flight", "8",
        ] + (json ? ["--json"] : []))
}

/// Expects a command that failed as a tool should: an exit code, and one line that says what is wrong.
///
/// Where the command line itself is wrong, a hint at the usage may follow that line.
func expectOneClearLine(
    _ finished: FinishedProgram, mentioning words: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(finished.exitCode != 0, "it succeeded: \(finished.output.text)", sourceLocation: sourceLocation)
    #expect(finished.exitCode != nil, "it did not end by itself", sourceLocation: sourceLocation)
    // What takes longer than two seconds, as anything may on a busy machine, also says how far it is.
    let lines = finished.errors.lines
        .filter { $0.wholeMatch(of: /sent \d+, acknowledged \d+, failed \d+/) == nil }
        .prefix { !$0.hasPrefix("Help:") && !$0.hasPrefix("Usage:") }
    #expect(lines.count == 1, "\(finished.errors.text)", sourceLocation: sourceLocation)
    for word in words {
        #expect(
            lines.contains { $0.localizedCaseInsensitiveContains(word) }, "no '\(word)' in: \(finished.errors.text)",
            sourceLocation: sourceLocation)
    }
}
