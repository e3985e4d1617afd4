import BenchmarkResults
import Broker

// What a program does that is between broker and logger.
extension PartyCheck {
    /// What becomes of entries that are handed on over each transport, and how the program begins and ends.
    func passing(
        _ sender: PartyCommand, _ receiver: LoggerCommand,
        _ forwarding: @escaping @Sendable (TransportDescriptor, _ target: String) -> MiddleCommand
    ) async throws -> [PartyFinding] {
        try await LoggerProcess.run(receiver) { logger in
            guard let control = logger.targets[receiver.controlTransport] else {
                throw LoggerProcess.missing(receiver.controlTransport)
            }
            let ledger = try ControlClient(target: control)
            defer { ledger.close() }
            let seat = GeneratorSeat { try await GeneratorParty.start(sender) }
            var findings: [PartyFinding] = []
            do {
                for (index, transport) in transports.enumerated() {
                    guard let target = logger.targets[transport.receiver] else {
                        throw LoggerProcess.missing(transport.receiver)
                    }
                    let middle = forwarding(transport, target)
                    var check = self
                    check.command = middle.party
                    if index == 0 {
                        let beginning = try await check.beginning()
                        findings += beginning
                        // What never begins has nothing else to show.
                        guard beginning.contains(where: { $0.verdict == .kept }) else { break }
                    }
                    let cell = try await measure(
                        transport, at: target, seat, loggerPID: logger.pid, ledger: ledger, through: middle)
                    findings += judgement(of: cell, transport)
                    if index == transports.count - 1 { findings += try await check.termination() }
                }
            } catch {
                await seat.leave()
                throw error
            }
            await seat.leave()
            return findings
        }
    }

    /// Whether it says where it listens and that it is ready, and ends with its standard input.
    private func beginning() async throws -> [PartyFinding] {
        let party = try await PartyProcess.start(command, as: role, drainLimit: limit)
        switch await ready(party) {
        case .failure(let reason):
            return [PartyFinding(.broken, "ready", reason.message)] + output(of: await party.stop())
        case .success(let readiness):
            guard let place = readiness.listen else {
                await party.stop()
                return [PartyFinding(.broken, "ready", "\(Middle.isSilent)")]
            }
            let who = [readiness.name, readiness.version].filter { !$0.isEmpty }.joined(separator: " ")
            return [PartyFinding(.kept, "ready", "\(who); it listens at \(place)")] + (await endOfInput(party))
        }
    }
}
