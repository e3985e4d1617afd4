import ArgumentParser
import BenchmarkResults
import Broker
import Foundation
import Terminal

/// The command `brokerlab advise`.
struct AdviseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advise",
        abstract: "Says which transport to take, from what was measured, and cites it.",
        discussion: """
            Takes the rows that were measured at your rate, or at the nearest above it that was carried, and otherwise those \
            without a rate that have room for bursts; of your size, or between two sizes that were measured. Leaves out what does \
            not keep the guarantee, says what and why, and orders the rest by CPU time. It answers from measured rows only; \
            where there are none it says what to measure, and exits 3.

            --guarantee logger, rabbitmq or host: what an acknowledged entry has to survive. recorded, queued, replicated, \
            stored or none: what the acknowledgement has to say.

            EXAMPLES
              brokerlab advise --payload-bytes 1000 --rate 5000 --guarantee recorded
              brokerlab advise --payload-bytes 1024 --rate 3000 --guarantee logger
              brokerlab advise --payload-bytes 100 --rate 20000 --guarantee queued results/20260131T120000Z-default
            """)

    @Option(help: ArgumentHelp("The size of your entries, in bytes.", valueName: "n"))
    var payloadBytes: Int

    @Option(help: ArgumentHelp("Your rate, in entries a second.", valueName: "n"))
    var rate: Double

    @Option(help: ArgumentHelp("One of: \(Advice.Need.words.joined(separator: ", ")).", valueName: "what"))
    var guarantee = "recorded"

    @Flag(help: "Take the floor (tcp) for an answer, too.")
    var includeFloor = false

    @Argument(help: ArgumentHelp("Folders of results; all below results/ when left out.", valueName: "dir"))
    var folders: [String] = []

    func validate() throws {
        guard Advice.Need(guarantee) != nil else {
            throw ValidationError(
                "--guarantee takes one of \(Advice.Need.words.joined(separator: ", ")), not '\(guarantee)'.")
        }
        guard payloadBytes > 0, rate > 0 else {
            throw ValidationError("--payload-bytes and --rate take numbers above 0.")
        }
    }

    func run() throws {
        let runs = try folders.isEmpty ? found() : folders.map { ($0, try Report(of: ResultsFolder(existing: $0))) }
        guard !runs.isEmpty else {
            throw BenchmarkError("there are no results below ./results. Measure first: brokerlab bench")
        }
        var question = Advice.Question(
            payloadBytes: payloadBytes, rate: rate, need: Advice.Need(guarantee) ?? .promise(.recorded))
        question.includesFloor = includeFloor
        let advice = Advice(question, runs: runs.map { (folder: $0.0, report: $0.1) })
        try StandardOutput.write(advice.text)
        if !advice.isAnswered { throw ExitStatus.undecided.exitCode }
    }

    /// The folders below `results` that hold results; others are passed over.
    private func found() -> [(String, Report)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "results")) ?? []
        return names.sorted(by: >).compactMap { name in
            (try? Report(of: ResultsFolder(existing: "results/\(name)"))).map { ("results/\(name)", $0) }
        }
    }
}
