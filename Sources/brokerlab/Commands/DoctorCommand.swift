import ArgumentParser

/// `brokerlab doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Says what is installed, reachable and missing, and the command that mends it.",
        discussion: """
            EXAMPLE
              brokerlab doctor
            """)

    func run() async throws {}
}
