package import BenchmarkResults
package import Broker

/// How to start the logger as a process of its own.
///
/// The logger prints one line of JSON for each bound address on its standard output, `{"transport": …, "target": …}`,
/// then `{"ready": true}`; it drains and exits on SIGTERM, and when its standard input ends.
package struct LoggerCommand: Sendable, Hashable {
    /// What is started.
    package var party: PartyCommand
    /// The `transport` of the address line that serves the control API, if it has one.
    package var controlTransport: String

    /// Creates a command.
    package init(_ party: PartyCommand, controlTransport: String) {
        self.party = party
        self.controlTransport = controlTransport
    }
}

/// What a logger of a round is for.
package struct LoggerSeat: Sendable {
    /// What tells it from the other loggers of the run, as part of a name: `3`, `3-control`.
    package var label: String
    /// The selectors of the transports that are sent to it.
    package var transports: [String]
    /// Over what sockets.
    package var socket = SocketKind.tcp
    /// The address that it listens at: that of its end of a link, where there is one.
    package var host = "127.0.0.1"
    /// What it speaks TLS with, at every address, and asks for where it is with a client's; nil for cleartext.
    package var certificate: ServerCertificate?
    /// Who plays it.
    package var party = Party.swift
    /// Whether it, or who keeps something for it, is killed and started again, so that what is kept has to outlive that.
    package var mayBeAway = false
    /// How much work each entry is to it before it is recorded.
    package var work = LoggerWork.none
    /// What runs behind its link for its transports, by their selectors; nil where there is no link.
    package var companions: [String: RunningCompanion]?
}
