import BenchmarkResults
package import Broker

/// Holds a program against the party contract, case by case: what it does as a logger or a load generator of a benchmark, and how it
/// begins and ends.
///
/// What is judged is judged by what judges a cell of a benchmark.
package struct PartyCheck: Sendable {
    /// What the program plays.
    package enum Part: Sendable {
        /// The logger; a load generator of the lab sends to it, and its account is at the address of that transport.
        case logger(sender: PartyCommand, controlTransport: String)
        /// The load generator; a logger of the lab receives.
        case broker(receiver: LoggerCommand)
        /// Who is between the two; a load generator of the lab sends to it, and a logger of the lab receives.
        case middle(
            sender: PartyCommand, receiver: LoggerCommand,
            forwarding: @Sendable (TransportDescriptor, _ target: String) -> MiddleCommand)
    }

    let part: Part
    var command: PartyCommand
    /// What it is checked over.
    let transports: [TransportDescriptor]
    /// Whether a logger has to speak all of them; those that it does not announce are left out otherwise.
    package var requiresAll = true
    /// How long it may take to be ready, and to end.
    package var limit = Duration.seconds(10)

    /// Creates a check.
    /// - Parameter command: what is started; a logger's says where to listen.
    package init(_ part: Part, _ command: PartyCommand, over transports: [TransportDescriptor]) {
        (self.part, self.command, self.transports) = (part, command, transports)
    }

    var role: String {
        switch part {
        case .logger: "the logger"
        case .broker: GeneratorParty.role
        case .middle: Middle.role
        }
    }

    /// Runs all cases.
    /// - Throws: ``BenchmarkError`` where the lab's own half is not there; `CancellationError`.
    @concurrent
    package func findings() async throws -> [PartyFinding] {
        if case .middle(let sender, let receiver, let forwarding) = part {
            return try await passing(sender, receiver, forwarding)
        }
        let party = try await PartyProcess.start(command, as: role, drainLimit: limit)
        var findings: [PartyFinding] = []
        let readiness: PartyReadiness
        switch await ready(party) {
        case .success(let found): readiness = found
        case .failure(let reason):
            findings.append(PartyFinding(.broken, "ready", reason.message))
            return findings + output(of: await party.stop())
        }
        let addresses = readiness.targets.sorted(by: <).map { "; \($0.key) at \($0.value)" }.joined()
        let who = [readiness.name, readiness.version].filter { !$0.isEmpty }.joined(separator: " ")
        findings.append(PartyFinding(.kept, "ready", who + addresses))
        do {
            switch part {
            case .logger(let sender, let control):
                findings += try await receiving(party, readiness, sender, controlTransport: control)
            case .broker(let receiver): findings += try await sending(receiver)
            // It is told a target, which a logger has to say first.
            case .middle: break
            }
        } catch {
            await party.stop()
            throw error
        }
        findings += await endOfInput(party)
        findings += try await termination()
        return findings
    }

    func ready(_ party: PartyProcess) async -> Result<PartyReadiness, BenchmarkError> {
        let start = ContinuousClock.now
        do {
            return .success(try await party.untilReady(within: limit))
        } catch {
            let line = #" It is to print {"ready":true} as a line of its standard output, and to flush it."#
            return .failure(BenchmarkError("\(error)" + (ContinuousClock.now - start < limit ? "" : line)))
        }
    }

    /// Whether it ends when its standard input does.
    func endOfInput(_ party: PartyProcess) async -> [PartyFinding] {
        if let end = await party.end(within: .milliseconds(20)) {
            return [PartyFinding(.broken, "stays", end.sentence("\(role) ended by itself, in the middle"))]
                + output(of: end)
        }
        party.endInput()
        let end = await party.end(within: limit)
        let finding =
            end.map { PartyFinding(.kept, "end of input", "it ended: \($0.how)") }
            ?? PartyFinding(
                .broken, "end of input",
                "it goes on \(DecimalText.short(limit.seconds)) s after its standard input ended: a party is not to outlive whoever "
                    + "started it")
        return [finding] + output(of: await party.stop())
    }

    /// Whether it ends on SIGTERM, with its standard input open.
    func termination() async throws -> [PartyFinding] {
        let party = try await PartyProcess.start(command, as: role, drainLimit: limit)
        if case .failure(let reason) = await ready(party) {
            await party.stop()
            return [PartyFinding(.broken, "ready", "started once more, \(reason.message)")]
        }
        let end = await party.stop()
        return [
            end.isKilled
                ? PartyFinding(
                    .broken, "SIGTERM", "it goes on \(DecimalText.short(limit.seconds)) s after SIGTERM, and was killed"
                )
                : PartyFinding(.kept, "SIGTERM", "it ended: \(end.how)")
        ]
    }

    /// What it said that is none of its lines.
    func output(of end: PartyEnd) -> [PartyFinding] {
        guard let first = end.stray.first else { return [] }
        let count = end.stray.count
        return [
            PartyFinding(
                .broken, "output",
                "\(count == 1 ? "1 line" : "\(count) lines") of its standard output \(count == 1 ? "is" : "are") no JSON, the "
                    + "first: '\(first)'; what people are to read belongs on standard error")
        ]
    }
}

extension Duration {
    /// The same as a number of seconds.
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
