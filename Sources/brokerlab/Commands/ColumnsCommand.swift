import ArgumentParser
import BenchmarkResults
import Terminal

/// The command `brokerlab columns`.
struct ColumnsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "columns",
        abstract: "Lists what stands in the files of a run: every column with its unit and what it says.",
        discussion: """
            EXAMPLE
              brokerlab columns
            """)

    @Flag(help: "Print them as an article in Markdown.")
    var markdown = false

    func run() throws {
        try StandardOutput.write(markdown ? ColumnGuide.markdown : ColumnGuide.text)
    }
}
