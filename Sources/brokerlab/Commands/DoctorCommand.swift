import ArgumentParser
import Terminal

/// The command `brokerlab doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Says what is installed, reachable and missing, and the command that mends it.",
        discussion: """
            Changes nothing and sends no entry. Each line begins with ok, warn or missing. Exits 0 when bench could measure \
            every transport, and 69 when something is missing for that.

            EXAMPLES
              brokerlab doctor
              brokerlab doctor --amqp amqp://user:password@one,two,three
            """)

    @OptionGroup
    var companions: CompanionOptions

    func run() async throws {
        var findings = Libraries.findings() + Machine.findings() + (await ContractPorts.findings())
        findings += try await GivenCompanions.findings(companions)
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
