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
            Takes the cells whose payload is nearest to yours, leaves out what does not keep the guarantee or the rate (with \
            room for bursts), and orders the rest by CPU time. It answers from measured rows only; where there are none it \
            says what to measure.

            EXAMPLES
              brokerlab advise --payload-bytes 1000 --rate 5000 --guarantee recorded
              brokerlab advise --payload-bytes 100 --rate 20000 --guarantee queued results/20260131T120000Z-default
            """)

    @Option(help: ArgumentHelp("The size of your entries, in bytes.", valueName: "n"))
    var payloadBytes: Int

    @Option(help: ArgumentHelp("Your rate, in entries a second.", valueName: "n"))
    var rate: Double

    @Option(help: ArgumentHelp("What an acknowledgement must promise: recorded, stored or queued.", valueName: "class"))
    var guarantee = "recorded"

    @Argument(help: ArgumentHelp("Folders of results; all below results/ when left out.", valueName: "dir"))
    var folders: [String] = []

    func validate() throws {
        guard AcknowledgementClass(rawValue: guarantee) != nil else {
            throw ValidationError("--guarantee takes recorded, stored or queued, not '\(guarantee)'.")
        }
        guard payloadBytes > 0, rate > 0 else {
            throw ValidationError("--payload-bytes and --rate take numbers above 0.")
        }
    }

    func run() throws {
        let runs = try folders.isEmpty ? found() : folders.map { ($0, try Report(of: ResultsFolder(existing: $0))) }
        guard !runs.isEmpty else {
            throw ValidationError("There are no results below ./results. Measure first: brokerlab bench")
        }
        let question = Advice.Question(
            payloadBytes: payloadBytes, rate: rate, guarantee: AcknowledgementClass(rawValue: guarantee) ?? .recorded)
        let advice = Advice(
            question, runs: runs.map { (folder: $0.0, report: $0.1) },
            offered: Set(TransportRegistry.all.map(\.acknowledgement)))
        try StandardOutput.write(advice.text)
        if !advice.isAnswered { throw ExitCode.failure }
    }

    /// The folders below `results` that hold results; others are passed over.
    private func found() -> [(String, Report)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "results")) ?? []
        return names.sorted(by: >).compactMap { name in
            (try? Report(of: ResultsFolder(existing: "results/\(name)"))).map { ("results/\(name)", $0) }
        }
    }
}
