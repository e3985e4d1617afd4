import Metrics
import Broker
import Foundation
import LoggerService
import MachineTestKit
import Synchronization
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults
@testable import brokerlab

/// What the benchmark says of loggers and machines that are not in order, over real sockets and with the real ledger.
@Suite("The lab notices", .serialized)
struct LabHonestyTests {
    @Test(
        "a logger that damages one entry in 10,000: exactly those, and the row is not valid", arguments: Fault.allCases)
    func faults(_ fault: Fault) async throws {
        let (row, applied) = try await measure(fault, seconds: 2)
        let acked = try #require(row.acked)
        #expect(applied > 0 && applied == acked / 10_000, "\(acked) entries")
        #expect(row.lost == (fault == .drop ? applied : 0))
        #expect(row.duplicated == (fault == .duplicate ? applied : 0))
        #expect(row.corrupt == (fault == .corrupt ? applied : 0))
        #expect(row.reordered == (fault == .reorder ? applied : 0))
        // Order is not promised by every transport: it is counted, and said, and no reason to distrust a row.
        #expect(row.hasFailed == (fault != .reorder))
    }

    @Test("a logger that stalls a tenth of the time: p99 says so, and the uncorrected p99 would not have")
    func stall() async throws {
        let (cell, _) = try await measureCell(
            nil, seconds: 5, inFlight: 16, load: .open(ratePerSecond: 2000), stall: .milliseconds(500))
        let row = cell.row
        #expect(!row.hasFailed, "\(row.invalidReason)")
        #expect(try #require(row.ackLatency).p99Us > 300_000)
        #expect(try #require(row.uncorrectedP99Us) < 100_000)
        #expect(try #require(row.deliveredLatency).p99Us > 300_000)

        // Entry 5,000 was due after 2.5 s.
        let timeline = try #require(Timeline(row, bins: cell.timeline))
        let pause = try #require(timeline.longestPause)
        #expect((2.4...2.9).contains(pause.seconds) && pause.microseconds > 450_000, "\(pause)")
        // Nothing is acknowledged until it is over, and entries are sent only while there are some in flight.
        let stood = timeline.bins.filter { (pause.seconds + 0.15...pause.seconds + 0.35).contains($0.startMs / 1000) }
        #expect(!stood.isEmpty && stood.allSatisfy { $0.acked == 0 && $0.maxUs == nil })
        #expect(cell.timeline.map(\.acked).reduce(0, +) == row.acked)
        #expect(cell.timeline.map(\.sent).reduce(0, +) == row.sent)
        #expect(cell.timeline.compactMap(\.delivered).reduce(0, +) == row.delivered)
        #expect(cell.timeline.suffix(10).allSatisfy { $0.loggerRSSBytes ?? 0 > 1 << 20 && $0.loggerCPUPercent != nil })
        let sentence = TimelineSentence(CellTimelines(transport: "tcp", rounds: [timeline])).text
        #expect(
            sentence.contains("pause") && sentence.contains(" at \(DecimalText.format(pause.seconds, places: 1)) s"))
    }

    @Test("the bytes on the wire: as many as the frames have")
    func wireBytes() async throws {
        let (row, _) = try await measure(nil, seconds: 0.3)
        let sent = try #require(row.wireTxBytesPerMessage)
        // An entry's frame is its texts, its stamp and a few lengths; an answer is 8 bytes.
        #expect((120...160).contains(sent), "\(sent)")
        #expect(abs(try #require(row.wireRxBytesPerMessage) - 8) < 0.01)
    }

    @Test(
        "entries on several connections are all accounted for, and share the rate",
        arguments: [LoadModel.closed, .open(ratePerSecond: 2000)])
    func connections(_ load: LoadModel) async throws {
        let (row, _) = try await measure(nil, seconds: 0.5, connections: 4, load: load)
        #expect(!row.hasFailed, "\(row.invalidReason)")
        #expect(row.sent == row.delivered)
        if load != .closed { #expect((900...1000).contains(try #require(row.sent))) }
    }

    @Test("a load generator that other processes starve of CPU")
    func starved() async throws {
        // Processes, as threads of this one would be taken for the broker's own.
        let hogs = try Hogs(seconds: 10)
        let (row, _) = try await measure(nil, seconds: 1)
        hogs.stop()
        #expect(!row.isValid && !row.hasFailed)
        #expect(row.invalidReason.contains("audit: other processes used"), "\(row.invalidReason)")
        #expect(row.invalidReason.contains(", most by "), "\(row.invalidReason)")
        #expect(try #require(row.generatorWaitPercent) > 30)
    }

    private func measure(
        _ fault: Fault?, seconds: Double, connections: Int = 1, load: LoadModel = .closed
    ) async throws -> (row: ResultRow, applied: UInt64) {
        let (cell, applied) = try await measureCell(fault, seconds: seconds, connections: connections, load: load)
        return (cell.row, applied)
    }

    private func measureCell(
        _ fault: Fault?, seconds: Double, inFlight: Int = 64, connections: Int = 1, load: LoadModel = .closed,
        stall: Duration? = nil
    ) async throws -> (cell: MeasuredCell, applied: UInt64) {
        let transport = try TransportRegistry.transport(named: "tcp")
        let ledger = Ledger(storeBytes: 1 << 20)
        let recorder = FaultyRecorder(inner: ledger.recorder(for: "tcp"), fault: fault, stall: stall)
        var suite = BenchmarkResults.Suite(
            name: "faults", transports: ["tcp"], payloadBytes: [100], inFlight: [inFlight], load: load,
            duration: seconds, warmup: 0.05, seed: 1)
        suite.connections = [connections]
        suite.timelineMs = 100
        let planned = PlannedCell(cell: suite.cells[0], block: 1, orderInBlock: 1, number: 1)
        let suiteToRun = suite
        let server = try transport.makeServer(ServerOptions(target: "127.0.0.1:0"))
        let (addresses, sink) = AsyncStream.makeStream(of: ServerAddress.self)
        return try await withThrowingTaskGroup { group in
            group.addTask { try await server.serve(to: recorder) { sink.yield($0) } }
            var iterator = addresses.makeAsyncIterator()
            let address = try #require(await iterator.next())
            var measurement = CellMeasurement(
                suite: suiteToRun, planned: planned, descriptor: transport, target: address.target, companions: [],
                generator: GeneratorSeat { .hosted([transport]) }, loggerPID: getpid(),
                ledger: LocalLedger(ledger: ledger), runPrefix: "faulty")
            measurement.reconciliation?.patience = .milliseconds(300)
            let cell = try await measurement.measure()
            group.cancelAll()
            try await group.waitForAll()
            return (cell, recorder.applied)
        }
    }
}

/// What is done to one entry in 10,000.
enum Fault: CaseIterable, Sendable {
    case drop
    case duplicate
    case reorder
    case corrupt
}

/// A recorder that acknowledges everything, and damages some of it.
private final class FaultyRecorder: EntryRecorder {
    private struct State {
        var count: UInt64 = 0
        var applied: UInt64 = 0
        var held: LogEntry?
        var hasStalled = false
    }

    private let inner: any EntryRecorder
    private let fault: Fault?
    private let stall: Duration?
    private let state = Mutex(State())

    init(inner: any EntryRecorder, fault: Fault?, stall: Duration?) {
        self.inner = inner
        self.fault = fault
        self.stall = stall
    }

    /// How many entries of the measured run were damaged.
    var applied: UInt64 { state.withLock { $0.applied } }

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        // The run of what is measured ends in m, that of the warm-up in w.
        let isMeasured = entry.run.withUnsafeBytes { $0.last == UInt8(ascii: "m") }
        guard isMeasured else { return inner.record(entry, reply: reply) }
        if let stall, entry.sequence == 5000 { Thread.sleep(forTimeInterval: stall / .seconds(1)) }
        guard let fault else { return inner.record(entry, reply: reply) }
        let (isChosen, held) = state.withLock { state -> (Bool, LogEntry?) in
            state.count += 1
            let isChosen = state.count % 10_000 == 0
            if isChosen { state.applied += 1 }
            defer { state.held = nil }
            return (isChosen, state.held)
        }
        let result = isChosen ? apply(fault, entry, reply) : inner.record(entry, reply: reply)
        if let held { forward(held) }
        return result
    }

    func countUndecodable() { inner.countUndecodable() }

    private func apply(_ fault: Fault, _ entry: borrowing ReceivedEntry, _ reply: () -> EntryReply) -> RecordResult {
        switch fault {
        case .drop: return .recorded
        case .duplicate:
            _ = inner.record(entry, reply: reply)
            return inner.record(entry, reply: reply)
        case .reorder:
            let copy = entry.copy()
            state.withLock { $0.held = copy }
            return .recorded
        case .corrupt:
            var copy = entry.copy()
            let last = copy.data.popLast()
            copy.data.append(last == "x" ? "y" : "x")
            forward(copy)
            return .recorded
        }
    }

    private func forward(_ entry: LogEntry) {
        let stamp = entry.stamp ?? RunStamp(run: "", sequence: 0, sentAt: 0)
        let received = ReceivedEntry(
            name: entry.name.utf8.span.bytes, data: entry.data.utf8.span.bytes, run: stamp.run.utf8.span.bytes,
            sequence: stamp.sequence, sentAt: stamp.sentAt)
        _ = inner.record(received, reply: { EntryReply { _ in } })
    }
}

/// The ledger of this process, by its control API.
private struct LocalLedger: LedgerClient {
    let ledger: Ledger

    func announce(run: String, sealed: Bool) async throws {
        _ = ControlAPI(ledger: ledger).answer(method: "PUT", path: "/runs/\(run)", query: "sealed=\(sealed)")
    }

    func received() async throws -> UInt64 {
        let answer = try #require(ControlAPI(ledger: ledger).answer(method: "GET", path: "/health", query: ""))
        return try JSONDecoder().decode(LoggerHealth.self, from: Data(answer.body)).received
    }

    func report(run: String) async throws -> RunReport {
        let answer = try #require(ControlAPI(ledger: ledger).answer(method: "GET", path: "/runs/\(run)", query: ""))
        guard answer.status == 200 else { return RunReport(run: run) }
        return try JSONDecoder().decode(RunReport.self, from: Data(answer.body))
    }
}
