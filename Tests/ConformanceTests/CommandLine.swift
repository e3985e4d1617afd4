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
        var isFenced = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            let place = "\(name):\(index + 1)"
            if line.drop(while: \.isWhitespace).hasPrefix("```") {
                isFenced.toggle()
                return [CommandLine]()
            }
            if isFenced || line.hasPrefix("    ") { return all(in: line, at: place) }
            // Every second part is between backticks. A subcommand's name alone is its name, and no line to be typed.
            return line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }
                .flatMap { all(in: $0.element, at: place) }
                .map { $0.arguments.count == 1 ? CommandLine(place: place, arguments: $0.arguments + ["--help"]) : $0 }
        }
    }
}
