import BenchmarkResults
import Broker
import Foundation
import Glibc
import LoggerService
import Testing

@testable import BenchmarkKit

/// What is made of the fates of entries when something was made to go wrong.
@Suite("When something goes wrong", .timeLimit(.minutes(1)))
struct FaultTests {
    private func fate(_ sequence: UInt64, _ outcome: EntryFate.Outcome, sent: UInt64 = 0, ended: UInt64 = 0)
        -> EntryFate
    {
        EntryFate(sequence: sequence, sent: sent, ended: ended, outcome: outcome)
    }

    @Test("entry by entry: what is told of each is held against what has arrived, and every lie is found")
    func reconciliation() {
        let fates = [
            fate(0, .acknowledged), fate(1, .acknowledged), fate(2, .unknown), fate(3, .unknown), fate(4, .notSent),
            fate(5, .rejected),
        ]
        let honest = FateReconciliation(fates, stored: [0, 1, 2, 2])
        #expect(honest.delivered == 3 && honest.duplicated == 1 && honest.unknownArrived == 1)
        #expect(honest.lost == 0 && honest.arrivedAllTheSame == 0 && honest.strange == 0)
        // A logger that acknowledges before it stores.
        #expect(FateReconciliation(fates, stored: [0]).lost == 1)
        // A client that says of unknown entries that they were not sent.
        #expect(FateReconciliation(fates, stored: [0, 1, 4, 5]).arrivedAllTheSame == 2)
        #expect(FateReconciliation(fates, stored: [0, 1, 9]).strange == 1)
        #expect(FateReconciliation([], stored: []).delivered == 0)
    }

    @Test("by a ledger's counts: what arrived beyond what was acknowledged is of an unknown fate first")
    func counts() {
        var result = LoadResult(start: 0, isOpen: true)
        (result.acked, result.unknown, result.notSent, result.rejected) = (10, 2, 3, 1)
        func held(_ unique: UInt64, duplicated: UInt64 = 0) -> FateReconciliation {
            var report = RunReport(run: "r")
            (report.unique, report.duplicated) = (unique, duplicated)
            return FateReconciliation(result, report)
        }
        #expect(held(10).lost == 0 && held(10).unknownArrived == 0)
        #expect(held(8).lost == 2)
        #expect(held(11, duplicated: 4).unknownArrived == 1 && held(11, duplicated: 4).duplicated == 4)
        #expect(held(14).unknownArrived == 2 && held(14).arrivedAllTheSame == 2 && held(14).strange == 0)
        #expect(held(20).arrivedAllTheSame == 4 && held(20).strange == 4)
    }

    private let second: UInt64 = 1_000_000_000

    /// A hundred entries a second for six seconds, each acknowledged a millisecond after it was sent; none between those times.
    private func fates(without gap: Range<Double>, failing: Bool) -> [EntryFate] {
        (0..<600).map { number in
            let sent = UInt64(number) * 10_000_000
            guard gap.contains(Double(sent) / 1e9) else {
                return fate(UInt64(number), .acknowledged, sent: sent, ended: sent + 1_000_000)
            }
            // It fails at once, or waits for the end of the gap.
            return failing
                ? fate(UInt64(number), .notSent, sent: sent, ended: sent + 2_000_000)
                : fate(UInt64(number), .acknowledged, sent: sent, ended: UInt64(gap.upperBound * 1e9) + 5_000_000)
        }
    }

    @Test("a gap of entries that fail, and one of entries that wait")
    func figures() {
        let failing = FaultFigures(fates(without: 2..<3.5, failing: true), from: 0, event: 2 * second, to: 6 * second)
        #expect(failing.firstFailedMs == 2 && failing.firstAcknowledgedMs == 1501 && failing.recoveredMs == 1500)
        #expect(failing.largestGapMs == 1510)
        let waiting = FaultFigures(fates(without: 2..<4, failing: false), from: 0, event: 2 * second, to: 6 * second)
        #expect(waiting.firstFailedMs == nil && waiting.firstAcknowledgedMs == 2001 && waiting.recoveredMs == 2000)
    }

    @Test("nothing that is noticed, a rate that does not come back, and nothing at all")
    func extremes() {
        let unnoticed = FaultFigures(fates(without: 9..<9, failing: true), from: 0, event: 2 * second, to: 6 * second)
        #expect(unnoticed.firstFailedMs == nil && unnoticed.recoveredMs == 0 && unnoticed.largestGapMs == 10)
        let gone = FaultFigures(fates(without: 2..<7, failing: true), from: 0, event: 2 * second, to: 6 * second)
        #expect(gone.firstAcknowledgedMs == nil && gone.recoveredMs == nil)
        // The last one was acknowledged 9 ms before.
        #expect(gone.largestGapMs == 4009)
        let nothing = FaultFigures([], from: 0, event: 2 * second, to: 6 * second)
        #expect(nothing.firstFailedMs == nil && nothing.recoveredMs == nil && nothing.largestGapMs == 4000)
        // A fault that came when the load had ended.
        #expect(FaultFigures([], from: 0, event: 7 * second, to: 6 * second).recoveredMs == nil)
    }

    @Test(
        "a load generator's fates come back as they were, and are not believed where they are not what it has counted")
    func line() throws {
        let start: UInt64 = 5 * second
        let fates = [
            fate(7, .acknowledged, sent: start + 1_000_000, ended: start + 3_000_000),
            fate(8, .unknown, sent: start + 2_000_000, ended: start + 9_000_000),
        ]
        let told = GeneratorFates(fates, since: start)
        #expect(told.outcome == "au" && told.sentUs == [1000, 2000] && told.tookUs == [2000, 7000])
        let copy = try JSONDecoder().decode(GeneratorFates.self, from: JSONEncoder().encode(told))
        var result = LoadResult(start: start, isOpen: true)
        (result.sent, result.acked, result.unknown) = (2, 1, 1)
        #expect(copy == told)
        #expect(try copy.fates(of: result) == fates)
        func refusal(_ change: (inout GeneratorFates) -> Void) throws -> String {
            var lie = told
            change(&lie)
            return try #require(throws: BenchmarkError.self) { try lie.fates(of: result) }.message
        }
        #expect(try refusal { $0.outcome = "aa" }.contains("not those that it has counted"))
        #expect(try refusal { $0.outcome = "ax" }.contains("not those that it has counted"))
        #expect(try refusal { $0.sentUs[0] = .max }.contains("not those that it has counted"))
        #expect(try refusal { $0.sequence = [7] }.contains("not of one length"))
        #expect(try refusal { $0.sequence = [7, 7] }.contains("twice"))
    }

    @Test("a job of fates is of a rate that they have room for")
    func job() {
        func fault(_ change: (inout LoadJob) -> Void) -> String? {
            var job = LoadJob(
                job: 7, transport: "fake", target: "x", payloadBytes: 100, payloadSeed: 1, inFlight: 4, connections: 2,
                warmupS: 0.01, warmupRunID: "r-7w", durationS: 6, runID: "r-7m", seed: 1)
            (job.ratePerS, job.arrivals, job.fates) = (100, "constant", true)
            change(&job)
            return job.fault
        }
        #expect(fault { $0.cutAfterS = 2 } == nil)
        #expect(
            fault {
                $0.ratePerS = nil; $0.arrivals = nil
            }?.contains("fates are of") == true)
        #expect(fault { $0.ratePerS = 1e6 }?.contains("fates are of") == true)
        #expect(fault { $0.cutAfterS = 7 } == "cut_after_s is 7.0")
        #expect(
            fault {
                $0.fates = nil; $0.cutAfterS = 2
            } == "cut_after_s is 2.0")
    }

    @Test("RabbitMQ that is killed is started again, also where the cell was given up meanwhile")
    func killedNode() async throws {
        let node = FakeNode(processID: 7)
        let event = try await FaultEvent.killing(node, startedAgainAfter: .milliseconds(20))
        #expect(node.done == ["kill", "startAgain"] && event.ended - event.began >= 20_000_000)
        let (another, hour) = (FakeNode(processID: 7), Duration.seconds(3600))
        let task = Task { try await FaultEvent.killing(another, startedAgainAfter: hour) }
        task.cancel()
        _ = try await task.value
        #expect(another.done == ["kill", "startAgain"])
    }

    @Test("what lasts a while is over, also where the cell was given up meanwhile")
    func lasting() async {
        let done = Collected<String>()
        let task = Task {
            await FaultEvent.lasting(
                .seconds(3600), begin: { done.set("begun") }, end: { done.set("\(done.value ?? ""), ended") })
        }
        task.cancel()
        let event = await task.value
        #expect(done.value == "begun, ended" && event.ended >= event.began)
    }

    @Test("a process that may write nothing more finds its files full, until it may again")
    func fileSizes() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "brokerlab-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = """
            trap '' XFSZ
            echo ready
            for file in a b; do
                read -r _
                echo text 2>/dev/null >'\(folder.path)/'$file && echo written || echo refused
            done
            """
        let party = try await PartyProcess.start(
            PartyCommand(executable: "/bin/sh", arguments: ["-c", script]), as: "the shell")
        var lines = party.lines.makeAsyncIterator()
        #expect(await lines.next() == "ready")
        let limit = try FileSizeLimit.setToNothing(of: party.pid)
        party.say("")
        #expect(await lines.next() == "refused")
        FileSizeLimit.restore(limit, of: party.pid)
        party.say("")
        #expect(await lines.next() == "written")
        await party.stop()
        #expect(throws: BenchmarkError.self) { try FileSizeLimit.setToNothing(of: party.pid) }
    }

    @Test("all connections to a port are reset, and no others")
    func cut() async throws {
        // What is at a port is told by the sockets of this process themselves.
        let (first, second) = (try Listening(), try Listening())
        let (near, far) = (try first.connect(), try second.connect())
        #expect(ConnectionCut.reset(toPort: first.port) == 1)
        #expect(try first.readError() == ECONNRESET)
        #expect(ConnectionCut.reset(toPort: first.port) == 0)
        #expect(send(far, "x", 1, Int32(MSG_NOSIGNAL)) == 1)
        for descriptor in [near, far] { close(descriptor) }
    }
}

/// A socket of loopback that listens, and takes one connection.
private final class Listening {
    let port: Int
    private let descriptor: Int32
    private var accepted: Int32 = -1

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) == 0 && listen(listener, 5) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        descriptor = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        try #require(bound)
    }

    deinit {
        for descriptor in [descriptor, accepted] where descriptor >= 0 { close(descriptor) }
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    /// A connection to it.
    func connect() throws -> Int32 {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: UInt16(port))
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        accepted = accept(descriptor, nil, nil)
        try #require(accepted >= 0)
        return client
    }

    /// What reading from the connection fails with; 0 where it does not.
    func readError() throws -> Int32 {
        var byte: UInt8 = 0
        return recv(accepted, &byte, 1, 0) < 0 ? errno : 0
    }
}
