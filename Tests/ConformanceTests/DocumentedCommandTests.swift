import ArgumentParser
import Foundation
import Testing
import Yams

@testable import brokerlab

/// What README, articles and `--help` tell people to type can be typed: no process is started for it.
@Suite("Documented commands")
struct DocumentedCommandTests {
    @Test("README and articles", arguments: try Documentation.commandLines())
    func ofDocumentation(_ line: CommandLine) {
        parse(line)
    }

    @Test("Files for containers", arguments: try Documentation.containerCommandLines())
    func ofContainers(_ line: CommandLine) {
        parse(line)
    }

    @Test("Examples of --help", arguments: Documentation.examples())
    func ofHelp(_ line: CommandLine) {
        parse(line)
    }

    @Test("Flags that README and articles name", arguments: try Documentation.flags())
    func flags(_ flag: NamedFlag) {
        #expect(Documentation.knownFlags.contains(flag.name), "no subcommand has the flag of \(flag)")
    }

    @Test("Every subcommand has an example")
    func everySubcommand() {
        let shown = Set(Documentation.examples().compactMap(\.arguments.first))
        for subcommand in BrokerLab.configuration.subcommands {
            #expect(shown.contains(subcommand._commandName))
        }
    }

    @Test("A line of a shell is read as a shell reads it")
    func shell() {
        let line = "  tail -n 1 app.log | brokerlab send --name 'a  b' --data \"user 7\"      says so"
        #expect(
            CommandLine.all(in: line, at: "").map(\.arguments) == [["send", "--name", "a  b", "--data", "user 7"]])
        #expect(CommandLine.all(in: "brokerlab gob < cache.gob", at: "").map(\.arguments) == [["gob"]])
        let suite = CommandLine.all(in: "Benchmarks/run --seed 1 # all", at: "")
        #expect(suite.map(\.arguments) == [["bench", "--seed", "1"]])
    }

    private func parse(_ line: CommandLine) {
        do {
            _ = try BrokerLab.parseAsRoot(line.arguments)
        } catch {
            // What --help and --version print is no failure.
            let isAnswer = BrokerLab.exitCode(for: error).isSuccess
            #expect(isAnswer, "\(line)\n\(BrokerLab.message(for: error))")
        }
    }
}

/// The texts for people.
private enum Documentation {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private static let subcommands = BrokerLab.configuration.subcommands

    /// README and every article, by their paths.
    private static func texts() throws -> [(name: String, text: String)] {
        let sources = root.appending(path: "Sources")
        let articles = try FileManager.default.contentsOfDirectory(atPath: sources.path).sorted().flatMap { target in
            let catalog = "Sources/\(target)/Documentation.docc"
            let files = try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: catalog).path)
            return (files ?? []).filter { $0.hasSuffix(".md") }.sorted().map { "\(catalog)/\($0)" }
        }
        try #require(articles.count > 10)
        return try (["README.md"] + articles).map { file in
            (file, try String(contentsOf: root.appending(path: file), encoding: .utf8))
        }
    }

    /// The command lines of README and of every article.
    static func commandLines() throws -> [CommandLine] {
        let lines = try texts().flatMap { CommandLine.all(inMarkdown: $0.text, of: $0.name) }
        try #require(lines.count > 50)
        return lines
    }

    /// What the containers of this program are told in `docker`.
    static func containerCommandLines() throws -> [CommandLine] {
        let folder = root.appending(path: "docker")
        let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        var lines: [CommandLine] = []
        for file in files.filter({ $0.hasSuffix(".yaml") }).sorted() {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for document in try Yams.load_all(yaml: text) {
                for arguments in containerArguments(in: document) {
                    lines.append(CommandLine(place: "docker/\(file)", arguments: arguments))
                }
            }
        }
        try #require(lines.count > 6)
        return lines
    }

    /// The arguments of this program's containers anywhere in a document of YAML.
    private static func containerArguments(in value: Any) -> [[String]] {
        if let list = value as? [Any] { return list.flatMap(containerArguments) }
        guard let fields = value as? [String: Any] else { return [] }
        guard fields["image"] as? String == "broker-lab" else { return fields.values.flatMap(containerArguments) }
        let entrypoint = (fields["entrypoint"] as? [String] ?? []).dropFirst()
        let arguments = entrypoint + (fields["args"] as? [String] ?? fields["command"] as? [String] ?? [])
        // Variables are of the environment.
        return arguments.isEmpty
            ? [] : [arguments.map { $0.replacing(/\$\{[A-Z_]+:-(?<usual>[^}]*)\}/) { $0.output.usual } }]
    }

    /// The flags that README and articles speak of.
    static func flags() throws -> [NamedFlag] {
        let names = Set(subcommands.map { $0._commandName })
        let flags = try texts().flatMap { NamedFlag.all(inMarkdown: $0.text, of: $0.name, subcommands: names) }
        try #require(flags.count > 50)
        return flags
    }

    /// The flags of all subcommands.
    static let knownFlags = Set(
        subcommands.flatMap { subcommand in
            BrokerLab.helpMessage(for: subcommand).split { !$0.isLetter && !$0.isNumber && $0 != "-" }
                .filter { $0.hasPrefix("--") }.map(String.init)
        })

    /// The command lines that `--help` shows.
    static func examples() -> [CommandLine] {
        ([BrokerLab.self] + subcommands).flatMap { command in
            let configuration = command.configuration
            return configuration.discussion.split(separator: "\n").flatMap { line in
                CommandLine.all(in: line, at: "\(configuration.commandName ?? "brokerlab") --help")
            }
        }
    }
}
