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

    func run() throws {
        try StandardOutput.write(ColumnGuide.text)
    }
}
