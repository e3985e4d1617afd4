import Foundation

/// A command line of this project's that a text shows its readers.
struct CommandLine: Sendable, Hashable, CustomStringConvertible {
    /// The text that it is in, and the line there.
    var place: String
    /// What `brokerlab` is given.
    var arguments: [String]

    var description: String { "\(place): brokerlab \(arguments.joined(separator: " "))" }

    /// The command lines in a line of a shell, each behind a pipe or at its start.
    ///
    /// What `Benchmarks/run` is given, it gives to `brokerlab bench`. Two blanks, or a number sign, end a line: what is behind
    /// them is said of it.
    static func all(in line: some StringProtocol, at place: String) -> [CommandLine] {
        words(of: line).split(separator: "|").compactMap { words in
            guard let program = words.first else { return nil }
            let arguments = Array(words.dropFirst().prefix { $0 != "<" && $0 != ">" && $0 != "#" })
            switch program {
            case "brokerlab", ".build/release/brokerlab": return CommandLine(place: place, arguments: arguments)
            case "Benchmarks/run": return CommandLine(place: place, arguments: ["bench"] + arguments)
            default: return nil
            }
        }
    }

    /// The words of a shell's line, without their quotes.
    private static func words(of line: some StringProtocol) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var hadBlank = false
        for character in line.drop(while: \.isWhitespace) {
            if let open = quote {
                if character == open { quote = nil } else { word?.append(character) }
            } else if character == " " {
                if hadBlank { break }
                if let word { words.append(word) }
                word = nil
            } else {
                word = word ?? ""
                if character == "'" || character == "\"" { quote = character } else { word?.append(character) }
            }
            hadBlank = quote == nil && character == " "
        }
        return words + (word.map { [$0] } ?? [])
    }
}

extension CommandLine {
    /// The command lines in the code of a Markdown text: in blocks, and between backticks.
    static func all(inMarkdown text: String, of name: String) -> [CommandLine] {
        MarkdownCode.all(in: text).flatMap { code in
            let lines = all(in: code.text, at: "\(name):\(code.line)")
            // A subcommand's name alone is its name, and no line to be typed.
            return lines.map { line in
                let isName = !code.isBlock && line.arguments.count == 1
                return isName ? CommandLine(place: line.place, arguments: line.arguments + ["--help"]) : line
            }
        }
    }
}

/// A flag that a text speaks of.
struct NamedFlag: Sendable, Hashable, CustomStringConvertible {
    /// The text that it is in, and the line there.
    var place: String
    /// The flag, with its dashes.
    var name: String

    var description: String { "\(place): \(name)" }

    /// The flags between the backticks of a Markdown text, where no other program's name precedes them.
    static func all(inMarkdown text: String, of name: String, subcommands: Set<String>) -> [NamedFlag] {
        MarkdownCode.all(in: text).filter { !$0.isBlock }.flatMap { code in
            let words = code.text.split(separator: " ")
            guard let first = words.first, first.hasPrefix("--") || subcommands.contains(String(first)) else {
                return [NamedFlag]()
            }
            // What ends with dots is what several flags begin with.
            return words.filter { $0.hasPrefix("--") && !$0.hasSuffix("...") }
                .map { NamedFlag(place: "\(name):\(code.line)", name: String($0)) }
        }
    }
}

/// A line of a block of code in Markdown, or what stands between two backticks.
private struct MarkdownCode {
    var line: Int
    var text: Substring
    var isBlock: Bool

    static func all(in text: String) -> [MarkdownCode] {
        var isFenced = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            if line.drop(while: \.isWhitespace).hasPrefix("```") {
                isFenced.toggle()
                return [MarkdownCode]()
            }
            if isFenced || line.hasPrefix("    ") { return [MarkdownCode(line: index + 1, text: line, isBlock: true)] }
            // Every second part is between backticks.
            return line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }
                .map { MarkdownCode(line: index + 1, text: $0.element, isBlock: false) }
        }
    }
}
