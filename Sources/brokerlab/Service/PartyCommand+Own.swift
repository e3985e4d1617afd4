import ArgumentParser
import BenchmarkKit
import Broker

extension PartyCommand {
    /// This program as a party.
    static func own(_ executable: String, _ arguments: [String]) -> PartyCommand {
        var command = PartyCommand(executable: executable, arguments: arguments)
        (command.name, command.version) = ("swift", BrokerLab.configuration.version)
        return command
    }

    /// The command of a broker in the middle that is told where to listen, and over what to hand entries on to where.
    func forwarding(over transport: TransportDescriptor, to target: String) -> PartyCommand {
        var command = self
        command.arguments += ["--listen", "127.0.0.1:0", "--transport", transport.selector, "--to", target]
        return command
    }

    /// The command of a logger that is told where to listen: the one thing that every logger is told.
    func listening(at addresses: [(receiver: String, target: String)]) -> PartyCommand {
        var command = self
        command.arguments += addresses.flatMap { ["--listen", "\($0.receiver)=\($0.target)"] }
        return command
    }
}
