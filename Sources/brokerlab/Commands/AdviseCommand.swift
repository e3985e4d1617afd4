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

            --fault names what may go wrong: only those are left that lost no acknowledged entry in any round with it, and for no \
            longer than --within had nothing acknowledged; a line each says how many entries failed, and when it went on. --overload \
            has a line each on what becomes of so many times what it carries: who holds back, who queues, what memory it takes. \
            bench --suite faults and --suite overload measure them.

            EXAMPLES
              brokerlab advise --payload-bytes 1000 --rate 5000 --guarantee recorded
              brokerlab advise --payload-bytes 1024 --rate 3000 --guarantee logger
              brokerlab advise --payload-bytes 100 --rate 1000 --guarantee logger --fault logger-kill --within 2s
              brokerlab advise --payload-bytes 100 --rate 1000 --overload 3
              brokerlab advise --payload-bytes 100 --rate 20000 --guarantee queued results/20260131T120000Z-default
            """)

    @Option(help: ArgumentHelp("The size of your entries, in bytes.", valueName: "n"))
    var payloadBytes: Int

    @Option(help: ArgumentHelp("Your rate, in entries a second.", valueName: "n"))
    var rate: Double

    @Option(help: ArgumentHelp("One of: \(Advice.Need.words.joined(separator: ", ")).", valueName: "what"))
    var guarantee = "recorded"

    @Option(help: ArgumentHelp("What may go wrong. One of: \(Self.faults.joined(separator: ", ")).", valueName: "what"))
    var fault: String?

    @Option(help: ArgumentHelp("For how long nothing may be acknowledged then, as 2s or 500ms.", valueName: "time"))
    var within: TimeSpan?

    @Option(help: ArgumentHelp("How many times what is carried may be offered.", valueName: "times"))
    var overload: Double?

    @Flag(help: "Take the floor (tcp) for an answer, too.")
    var includeFloor = false

    @Argument(help: ArgumentHelp("Folders of results; all below results/ when left out.", valueName: "dir"))
    var folders: [String] = []

    private static let faults = Fault.allCases.filter { $0 != .none }.map(\.rawValue)

    func validate() throws {
        if let fault, !Self.faults.contains(fault) {
            throw ValidationError("--fault takes one of \(Self.faults.joined(separator: ", ")), not '\(fault)'.")
        }
        guard within == nil || fault != nil else {
            throw ValidationError("--within is of what goes wrong; name it with --fault.")
        }
        if let overload, !Overload.times.contains(overload) {
            throw ValidationError(
                "--overload takes \(Overload.times.lowerBound) to \(Overload.times.upperBound) times, not \(overload).")
        }
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
        question.fault = fault.flatMap(Fault.init)
        question.within = within?.seconds
        question.overload = overload
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
