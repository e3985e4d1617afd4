import ArgumentParser
import BenchmarkResults
import Foundation
import Terminal

/// Where a command's outcome goes beside its standard output: a file of JUnit's XML, and the summary of a CI job.
struct OutcomeFiles: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write what was asked and what came of it as JUnit's XML, for a CI's test report.", valueName: "file"))
    var junit: String?

    /// Finds out whether the file can be written, before anything is measured for it.
    func check() throws {
        guard let junit else { return }
        let folder = (junit as NSString).deletingLastPathComponent
        guard let failure = ResultsFolder.failureToWrite(in: folder.isEmpty ? "." : folder) else { return }
        throw BenchmarkError("cannot write \(junit): \(failure). Name another file with --junit.")
    }

    /// Writes the outcome to the file, and for readers to the summary that GitHub shows of a job's step.
    ///
    /// A summary that cannot be written is said, and changes nothing: the figures are elsewhere, too.
    func write(_ junit: JUnitFile, markdown: String) throws {
        if let file = self.junit { try ResultsFile.replace(file, with: junit.text) }
        guard let summary = ProcessInfo.processInfo.environment["GITHUB_STEP_SUMMARY"], !summary.isEmpty else { return }
        do {
            try ResultsFile.append(markdown + "\n", to: summary)
        } catch {
            StandardError.write(line: "GITHUB_STEP_SUMMARY: \(error)")
        }
    }
}
