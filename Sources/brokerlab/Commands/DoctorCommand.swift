import ArgumentParser
import Terminal

/// The command `brokerlab doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Says what is installed, reachable and missing, and the command that mends it.",
        discussion: """
            Changes nothing and sends no entry. Each line begins with ok, warn or missing. Exits 0 when bench could measure \
            every transport, and 69 when something is missing for that, or the database that was named cannot be used.

            EXAMPLES
              brokerlab doctor
              brokerlab doctor --amqp amqp://user:password@one,two,three
              brokerlab doctor --database postgres://logger@127.0.0.1:5432/logs
            """)

    @OptionGroup
    var companions: CompanionOptions

    @Option(help: ArgumentHelp("A database that is to be looked at, too: \(Databases.forms).", valueName: "database"))
    var database: String?

    func run() async throws {
        var findings =
            Libraries.findings() + Stores.findings() + Machine.findings() + [
                UnixSockets.finding(), Certificates.finding(),
            ]
        findings += await ContractPorts.findings()
        findings += [try await Networks.finding()]
        findings += try await GivenCompanions.findings(companions)
        let stored = database.map(Stores.finding(of:))
        if let stored { findings.append(stored) }
        if stored?.status == .missing {
            try say(findings, "a logger cannot use that database")
            throw ExitStatus.unavailable.exitCode
        }
        let missing = findings.filter { $0.status == .missing }.map(\.subject)
        guard missing.isEmpty else {
            try say(
                findings,
                "bench cannot measure every transport here; what is missing: \(missing.joined(separator: ", "))")
            throw ExitStatus.unavailable.exitCode
        }
        try say(
            findings, "bench can measure every transport here: \(TransportRegistry.selectors.joined(separator: ", "))")
    }

    private func say(_ findings: [Finding], _ verdict: String) throws {
        try StandardOutput.write((findings.lines + ["", verdict, ""]).joined(separator: "\n"))
    }
}
