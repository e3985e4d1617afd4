import Foundation
import Testing

/// Nothing but the module Terminal writes to standard output and standard error: other ways trap where they cannot, or lose
/// what was to be said.
@Suite struct OnlyWayTests {
    private static let sources = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

    @Test func nothingElseWrites() throws {
        let forbidden = try Regex(
            #"(^|[^.\w])(debugP|p)rint\(|Swift\.print|FileHandle\.standard|STD(OUT|ERR)_FILENO|\bstd(out|err)\b"#
                + #"|StreamLogHandler|\bput(s|char)\(|\bdump\("#)
        let files = try #require(FileManager.default.enumerator(atPath: Self.sources.path))
        var seen = 0
        for case let file as String in files where file.hasSuffix(".swift") && !file.hasPrefix("Terminal/") {
            seen += 1
            let text = try String(contentsOf: Self.sources.appending(path: file), encoding: .utf8)
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let code = line.drop { $0 == " " }
                guard !code.hasPrefix("//"), !code.hasPrefix("func print(") else { continue }
                #expect(code.firstMatch(of: forbidden) == nil, "Sources/\(file):\(index + 1): \(code)")
            }
        }
        #expect(seen > 100)
    }
}
