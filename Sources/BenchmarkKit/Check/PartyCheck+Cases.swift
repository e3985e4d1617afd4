import Metrics
import BenchmarkResults
import Broker
import Glibc
import LoggerService

// What a program does between its first line and its end.
extension PartyCheck {
    /// How long entries are sent, in seconds.
    private static let duration = 0.25
    /// The rate that a load generator is asked for beside what it can, in entries a second.
    private static let rate = 400.0
    /// How long a ledger may stand still before what it has not counted is lost.
    private static let patience = Duration.milliseconds(500)
    /// How often a cell is measured whose marks do not fit: a lab without a core hears them late, which is not the party's doing.
    private static let attempts = 3
    /// From here on it is said that answers take long, in microseconds.
    private static let slowAnswerUs = 100_000.0

    /// What a logger makes of entries, over each transport.
    func receiving(
        _ party: PartyProcess, _ ready: PartyReadiness, _ sender: PartyCommand, controlTransport: String
    ) async throws -> [PartyFinding] {
        var findings: [PartyFinding] = []
        let seat = GeneratorSeat { try await GeneratorParty.start(sender) }
        var ledger: ControlClient?
        do throws(BenchmarkError) {
            ledger = try ready.targets[controlTransport].map { target throws(BenchmarkError) in
                try ControlClient(target: target)
            }
        } catch {
            findings.append(PartyFinding(.broken, "addresses", error.message))
        }
        defer { ledger?.close() }
        /// Whether it has a ledger; nil where that has not been seen.
        var hasLedger: Bool?
        for transport in transports {
            guard let target = ready.targets[transport.receiver] else {
                findings.append(
                    requiresAll
                        ? PartyFinding(.broken, transport.selector, "\(LoggerProcess.missing(transport.receiver))")
                        : PartyFinding(
                            .note, transport.selector, "it announced no address, so that no cell of it can be had"))
                continue
            }
            do {
                let cell = try await measure(transport, at: target, seat, loggerPID: party.pid, ledger: ledger)
                findings += judgement(of: cell, transport)
                if hasLedger == nil, cell.row.isReconciled, let ledger {
                    findings.append(try await counts(of: ledger, transport, target))
                }
                hasLedger = cell.row.isReconciled
            } catch let error as BenchmarkError {
                try Task.checkCancellation()
                findings.append(PartyFinding(.broken, transport.selector, error.message))
            }
        }
        await seat.leave()
        if transports.allSatisfy({ ready.targets[$0.receiver] == nil }) {
            let names = transports.map(\.selector).joined(separator: ", ")
            findings.append(PartyFinding(.broken, "addresses", "it announced none of \(names)"))
        } else if hasLedger == false {
            findings.append(
                PartyFinding(
                    .note, "ledger",
                    "there is none at an address of \(controlTransport) (PUT and GET /runs/{id}): rows will say reconciled=false"
                ))
        }
        return findings
    }

    /// What a load generator does with jobs over each transport: as fast as answers come, and at a rate.
    func sending(_ receiver: LoggerCommand) async throws -> [PartyFinding] {
        try await LoggerProcess.run(receiver) { logger in
            var findings: [PartyFinding] = []
            guard let control = logger.targets[receiver.controlTransport] else {
                throw LoggerProcess.missing(receiver.controlTransport)
            }
            let ledger = try ControlClient(target: control)
            defer { ledger.close() }
            let seat = GeneratorSeat {
                try await GeneratorParty.start(command, readyLimit: limit, drainLimit: limit)
            }
            for transport in transports {
                for load in [LoadModel.closed, .open(ratePerSecond: Self.rate)] {
                    guard let target = logger.targets[transport.receiver] else {
                        throw LoggerProcess.missing(transport.receiver)
                    }
                    let cell = try await measure(
                        transport, at: target, seat, load: load, loggerPID: logger.pid, ledger: ledger)
                    findings += judgement(of: cell, transport)
                }
            }
            // One that was lost has said its last words, and another one was started for the next job.
            if let end = await seat.leave() { findings += output(of: end) }
            return findings
        }
    }

    /// A cell as a benchmark has it, but for what a busy machine does to it.
    func measure(
        _ transport: TransportDescriptor, at target: String, _ seat: GeneratorSeat, load: LoadModel = .closed,
        loggerPID: pid_t, ledger: ControlClient?, through middle: MiddleCommand? = nil
    ) async throws -> MeasuredCell {
        var suite = Suite(
            name: "check-party", transports: [transport.selector], payloadBytes: [100], inFlight: [8], load: load,
            placement: .free, duration: Self.duration, warmup: 0.05, seed: 1)
        suite.connections = [2]
        let planned = PlannedCell(cell: suite.cells[0], block: 1, orderInBlock: 1, number: 1)
        var measurement = CellMeasurement(
            suite: suite, planned: planned, descriptor: transport, target: target, companions: [], generator: seat,
            loggerPID: loggerPID, ledger: ledger, runPrefix: "check")
        measurement.reconciliation?.patience = Self.patience
        measurement.reconciliation?.limit = limit
        measurement.slack = limit
        measurement.middle = middle
        var cell: MeasuredCell
        var attempt = 0
        repeat {
            measurement.planned.number = Int.random(in: 1..<1_000_000)
            cell = try await measurement.measure()
            attempt += 1
        } while cell.doubt != nil && attempt < Self.attempts
        return cell
    }

    func judgement(of cell: MeasuredCell, _ transport: TransportDescriptor) -> [PartyFinding] {
        let (row, load) = (cell.row, cell.row.planned.cell.load)
        let subject = transport.selector + (load.ratePerSecond.map { " at \(DecimalText.short($0))/s" } ?? "")
        var faults = row.invalidReasons.filter(\.isDelivery).map(\.text) + [cell.doubt].compactMap(\.self)
        if row.acked == 0 { faults.append("no entry was acknowledged") }
        let late = cell.lateEntries - min(cell.lateEntries, row.lost ?? 0)
        if late > 0, transport.acknowledgement == .recorded {
            faults.append("\(late) of \(row.acked ?? 0) entries were acknowledged before they were recorded")
        }
        var findings = faults.map { PartyFinding(.broken, subject, $0) }
        if faults.isEmpty {
            let known = row.isReconciled ? "acknowledged, and recorded once and unchanged" : "acknowledged"
            findings.append(PartyFinding(.kept, subject, "\(row.acked ?? 0) entries \(known)"))
        }
        if let p50 = row.ackLatency?.knownP50Us, p50 > Self.slowAnswerUs {
            let time = DecimalText.short(p50 / 1000)
            findings.append(PartyFinding(.note, subject, "half of the acknowledgements took longer than \(time) ms"))
        }
        return findings
    }

    /// What a ledger counts of entries that come twice, and in another order.
    private func counts(
        of ledger: ControlClient, _ transport: TransportDescriptor, _ target: String
    ) async throws -> PartyFinding {
        let run = "check-\(Int.random(in: 1..<1_000_000))"
        let sequence: [UInt64] = [0, 1, 1, 3, 2]
        try await ledger.announce(run: run, sealed: false)
        do {
            try await send(sequence, of: run, over: transport.makeClient(ClientOptions(target: target, maxInFlight: 1)))
        } catch {
            return PartyFinding(.broken, "ledger", "what it counts cannot be said: \(error)")
        }
        let report = try await Reconciliation(ledger: ledger, patience: Self.patience).settle(run: run, acked: 4)
        func text(_ received: UInt64, _ unique: UInt64, _ duplicated: UInt64, _ reordered: UInt64) -> String {
            "received \(received), unique \(unique), duplicated \(duplicated), reordered \(reordered)"
        }
        let (right, said) = (
            text(5, 4, 1, 1), text(report.received, report.unique, report.duplicated, report.reordered)
        )
        return right == said
            ? PartyFinding(.kept, "ledger", "it counts what comes twice and in another order")
            : PartyFinding(.broken, "ledger", "of the entries 0, 1, 1, 3, 2 it counts \(said); it is to count \(right)")
    }

    private func send(_ sequence: [UInt64], of run: String, over transport: some ClientTransport) async throws {
        try await transport.withConnection { connection in
            for number in sequence {
                let stamp = RunStamp(run: run, sequence: number, sentAt: MonotonicClock.wallTime)
                _ = try await connection.send(LogEntry(name: "check", data: "\(number)", stamp: stamp))
            }
        }
    }
}
