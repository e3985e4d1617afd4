import Metrics
import Broker
import Dispatch
import Foundation
import Glibc
import LoggerService
import Synchronization
import Testing

@testable import BenchmarkKit
@testable import BenchmarkResults

@Suite("The measurement of a cell")
struct CellMeasurementTests {
    private let ledger = InMemoryLedger()

    @Test("a transport that behaves gives a valid row with every figure")
    func valid() async throws {
        let row = try await measure()
        #expect(!row.hasFailed, "\(row.invalidReason)")
        let sent = try #require(row.sent)
        #expect(sent > 0)
        #expect(row.acked == sent)
        #expect(row.delivered == sent)
        #expect(row.lost == 0)
        #expect(row.errors == 0)
        #expect(try #require(row.throughput) > 0)
        #expect(row.ackLatency?.count == sent)
        #expect(try #require(row.brokerCPUUsPerMessage) > 0)
        #expect(try #require(row.littleRatio) > 0)
        #expect(row.queueCPUUsPerMessage == nil)
        #expect(row.uncorrectedP99Us == nil)
    }

    @Test("warm-up and measured entries have run ids of their own, of at most 15 bytes, both announced")
    func runs() async throws {
        let row = try await measure()
        #expect(row.runID == "abcdef-7m")
        #expect(!ledger.entries(of: "abcdef-7w").isEmpty)
        #expect(UInt64(ledger.entries(of: "abcdef-7m").count) == row.sent)
        #expect(ledger.announcements.withLock { $0 } == ["abcdef-7w", "abcdef-7m"])
    }

    @Test("an acknowledged entry that did not arrive makes the row invalid")
    func dropped() async throws {
        let row = try await measure { run, sequence in run.hasSuffix("m") && sequence == 3 ? .drop : .deliver }
        #expect(row.lost == 1)
        #expect(row.invalidReasons.first == "1 of \(try #require(row.acked)) acknowledged entries did not arrive")
    }

    @Test("an account that cannot be had after the warm-up costs that cell only", .timeLimit(.minutes(1)))
    func unaccounted() async throws {
        ledger.refusals.withLock { _ = $0.insert("abcdef-7w") }
        let measurement = measurement(FakeTransport(ledger: ledger))
        let first = try await measurement.measure().row
        #expect(first.hasFailed && first.invalidReason.contains("no account of abcdef-7w"))
        let second = try await measurement.measure().row
        #expect(!second.hasFailed && second.sent ?? 0 > 0, "\(second.invalidReason)")
    }

    @Test("an entry that arrives after its acknowledgement is waited for")
    func deliveredLate() async throws {
        let row = try await measure { run, sequence in
            run.hasSuffix("m") && sequence < 3 ? .deliverLater(.milliseconds(100)) : .deliver
        }
        #expect(row.lost == 0)
        #expect(!row.hasFailed, "\(row.invalidReason)")
    }

    @Test("the cost of a companion is that of its process, and of none whose process cannot be seen")
    func companions() async throws {
        var measurement = measurement(FakeTransport(ledger: ledger))
        let node = FakeNode(processID: getpid())
        let near = CompanionProcess(name: "RabbitMQ", node: node, version: "3.10.8", transports: ["fake"])
        let far = CompanionProcess(name: "RabbitMQ", node: nil, transports: ["fake"])
        let other = CompanionProcess(name: "Kafka", node: node, version: "1", transports: ["other"])
        measurement.companions = [near, other]
        let row = try await measurement.measure().row
        #expect(try #require(row.queueCPUUsPerMessage) > 0)
        #expect(row.peerVersion == "3.10.8")
        measurement.companions = [near, far]
        #expect(try await measurement.measure().row.queueCPUUsPerMessage == nil)
        measurement.companions = [other]
        #expect(try await measurement.measure().row.queueCPUUsPerMessage == nil)
    }

    @Test("of a cluster the node that leads the queue is killed, unless both halves are connected to it")
    func leader() async throws {
        var measurement = measurement(FakeTransport(ledger: ledger))
        (measurement.planned.cell.fault, measurement.queueLabel) = (.leaderKill, "x-1")
        let nodes = ["a", "b", "c"].map { FakeNode(processID: getpid(), name: $0, leader: "c") }
        measurement.companions = nodes.map { CompanionProcess(name: "cluster", node: $0, transports: ["fake"]) }
        let fault = try #require(try measurement.fault(getpid()))
        try await fault.prepare()
        let event = try await fault.act()
        #expect(nodes.map(\.done) == [["leaveLead of x-1", "leader of x-1"], [], ["kill", "startAgain"]])
        #expect(event.ended - event.began >= 1_000_000_000)
        let stubborn = FakeNode(processID: getpid(), name: "a")
        measurement.companions[0].node = stubborn
        let refused = try #require(try measurement.fault(getpid()))
        let error = await #expect(throws: BenchmarkError.self) { try await refused.act() }
        #expect(error?.message.contains("is led by a, and 'leader-kill' is of one of the other nodes than a") == true)
        #expect(stubborn.done == ["leader of x-1"])
        measurement.companions.removeLast(2)
        #expect(throws: BenchmarkError.self) { _ = try measurement.fault(getpid()) }
    }

    @Test("what is in the store has to be what was recorded, and says what an acknowledgement is worth")
    func stored() async throws {
        var measurement = measurement(FakeTransport(ledger: ledger))
        measurement.descriptor.acknowledgement = .recorded
        measurement.planned.cell.store = .sqlite
        let asked = Collected<String>()
        measurement.store = LoggerStore(arguments: []) { [ledger] run in
            asked.set(run)
            return UInt64(ledger.entries(of: run).count)
        }
        let whole = try await measurement.measure().row
        #expect(!whole.hasFailed, "\(whole.invalidReason)")
        #expect(whole.acknowledgementClass == "stored" && whole.durability == .store)
        #expect(asked.value == "abcdef-7m" && whole.bytesWrittenPerEntry != nil)
        measurement.planned.number = 8
        measurement.store = LoggerStore(arguments: []) { [ledger] run in UInt64(ledger.entries(of: run).count) - 1 }
        let short = try await measurement.measure().row
        let acked = try #require(short.acked)
        #expect(
            short.invalidReason.hasPrefix("\(acked) entries were recorded, and \(acked - 1) of them are in the store"))
        measurement.planned.number = 9
        measurement.store = LoggerStore(arguments: []) { _ in throw BenchmarkError("the disk is gone") }
        #expect(
            try await measurement.measure().row.invalidReason.hasPrefix(
                "the account of the entries could not be read: the disk is gone"))
        measurement.planned.number = 10
        measurement.descriptor.acknowledgement = .queued
        measurement.store = nil
        #expect(try await measurement.measure().row.acknowledgementClass == "queued")
    }

    @Test("commits and what they cost are those of the cell")
    func commits() {
        let measurement = measurement(FakeTransport(ledger: ledger))
        var builder = ResultRowBuilder(
            runID: "x", planned: measurement.planned, descriptor: measurement.descriptor, target: "x", peerVersion: nil)
        var report = RunReport(run: "x")
        (report.received, report.unique, report.commits) = (10_000, 10_000, 1001)
        (report.firstReceivedAtNs, report.lastReceivedAtNs) = (1_000_000_000, 1_500_000_000)
        report.commitTime = LatencySummary(
            count: 1001, p50Us: 1, p90Us: 2, p99Us: 3, p999Us: 4, maxUs: 5, meanUs: 1)
        builder.add(stored: 10_000, of: report)
        #expect(builder.row.isValid)
        #expect(abs((builder.row.entriesPerCommit ?? 0) - 10_000.0 / 1001) < 1e-9)
        #expect(builder.row.commitsPerSecond == 2000 && builder.row.commitP99Us == 3)
        // Nine of so many lie beyond the 99th percentile.
        report.commitTime?.count = 999
        builder.add(stored: 10_000, of: report)
        #expect(builder.row.commitP99Us == nil)
    }

    @Test("a bare loop is reconciled as any load is; its row has no latency")
    func bareLoop() async throws {
        var measurement = measurement(FakeTransport(ledger: ledger))
        measurement.planned.cell.role = .bareLoop
        let row = try await measurement.measure().row
        #expect(!row.hasFailed, "\(row.invalidReason)")
        #expect(try #require(row.throughput) > 0 && row.delivered == row.sent)
        #expect(try #require(row.brokerCPUUsPerMessage) > 0)
        #expect(row.ackLatency == nil && row.deliveredLatency == nil && row.littleRatio == nil)
    }

    @Test("what waits on the core took is told apart from what messages cost")
    func spinning() async throws {
        var measurement = measurement(FakeTransport(ledger: ledger), seconds: 0.2)
        measurement.planned.cell.load = .open(ratePerSecond: 1000)
        // One core, which the logger needs as well.
        measurement.suite.placement = .oneCPU
        #expect(try await measurement.measure().row.generatorSpinPercent == 0)
        measurement.suite.placement = .free
        measurement.suite.spinUs = 0
        #expect(try await measurement.measure().row.generatorSpinPercent == 0)

        var builder = ResultRowBuilder(
            runID: "x", planned: measurement.planned, descriptor: measurement.descriptor, target: "x", peerVersion: nil)
        builder.add(
            before: CellMeters.Reading(broker: 1000, logger: 0, time: 0),
            after: CellMeters.Reading(broker: 51_000, logger: 0, time: 100_000), acked: 10, spun: 20_000)
        #expect(builder.row.brokerCPUUsPerMessage == 3)
        #expect(builder.row.generatorCPUPercent == 30)
        #expect(builder.row.generatorSpinPercent == 20)
    }

    @Test(
        "what the others of a load use in their turns is not foreign, and what is foreign is not known when one is gone"
    )
    func fellows() async throws {
        let measurement = measurement(FakeTransport(ledger: ledger))
        func stolen(at time: UInt64) -> StolenTime? {
            StolenTime(stat: "cpu 0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n", time: time)
        }
        func foreign(_ fellows: [UInt64?]) -> Double? {
            var builder = ResultRowBuilder(
                runID: "x", planned: measurement.planned, descriptor: measurement.descriptor, target: "x",
                peerVersion: nil)
            func reading(_ fellows: [UInt64?], at time: UInt64) -> CellMeters.Reading {
                var reading = CellMeters.Reading(broker: 0, logger: 0, stolen: stolen(at: time))
                reading.fellows = fellows
                return reading
            }
            // A core's second, half of which the fellows had.
            builder.add(
                before: reading([1000, 1000], at: 0), after: reading(fellows, at: 1_000_000_000), acked: 10, spun: 0)
            return builder.row.foreignCPUPercent
        }
        #expect(foreign([250_001_000, 250_001_000]) == 50)
        #expect(foreign([250_001_000, nil]) == nil && foreign([250_001_000, 0]) == nil)
    }

    @Test("a changed text makes the row invalid")
    func corrupted() async throws {
        let row = try await measure { run, sequence in run.hasSuffix("m") && sequence == 3 ? .corrupt : .deliver }
        #expect(row.corrupt == 1)
        #expect(row.invalidReasons.first == "1 entries arrived corrupt")
    }

    @Test("a duplicate makes the row invalid")
    func duplicated() async throws {
        let row = try await measure { run, sequence in run.hasSuffix("m") && sequence == 3 ? .duplicate : .deliver }
        #expect(row.duplicated == 1)
        #expect(row.lost == 0)
        #expect(row.invalidReasons.first == "1 entries arrived more than once")
    }

    @Test("a connection that fails ends the cell early with the reason")
    func failed() async throws {
        let row = try await measure(seconds: 60) { run, sequence in
            run.hasSuffix("m") && sequence == 3 ? .fail(TransportError(.unknown, "the peer has gone")) : .deliver
        }
        #expect(row.errors == 1)
        #expect(
            row.invalidReasons.first?.text.hasSuffix("entries failed (1 outcome unknown): the peer has gone") == true)
    }

    @Test("a warm-up that fails is told as such, and nothing counts as measured")
    func failedWarmup() async throws {
        let row = try await measure { _, _ in .fail(TransportError(.notSent, "no route")) }
        #expect(row.sent == nil)
        #expect(row.throughput == nil)
        #expect(row.invalidReason.hasPrefix("the warm-up failed: "))
    }

    @Test("a peer that cannot be reached makes an invalid row")
    func refused() async throws {
        let transport = FakeTransport(ledger: ledger, refusal: TransportError(.notSent, "connection refused"))
        let row = try await measurement(transport).measure().row
        #expect(row.invalidReason == "connection refused")
        #expect(row.sent == nil)
    }

    @Test("a transport that never answers cannot hold the suite")
    func stalled() async throws {
        var measurement = measurement(
            FakeTransport(ledger: ledger) { run, sequence in run.hasSuffix("m") && sequence == 3 ? .stall : .deliver })
        measurement.slack = .milliseconds(500)
        let row = try await measurement.measure().row
        #expect(row.invalidReason == "the load did not end within 0 s and was given up")
    }

    @Test("a cancelled measurement throws")
    func cancelled() async throws {
        let measurement = measurement(FakeTransport(ledger: ledger), seconds: 60)
        let task = Task { try await measurement.measure() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    private func measure(
        seconds: Double = 0.03,
        _ behaviour: @escaping @Sendable (String, UInt64) -> FakeTransport.Behaviour = { _, _ in .deliver }
    ) async throws -> ResultRow {
        try await measurement(FakeTransport(ledger: ledger, behaviour: behaviour), seconds: seconds).measure().row
    }

    private func measurement(_ transport: FakeTransport, seconds: Double = 0.03) -> CellMeasurement {
        let suite = BenchmarkResults.Suite(
            name: "s", transports: ["fake"], payloadBytes: [100], inFlight: [4], rounds: 1, duration: seconds,
            warmup: 0.01, seed: 1)
        let cell = PlannedCell(cell: suite.cells[0], block: 1, orderInBlock: 1, number: 7)
        var measurement = CellMeasurement(
            suite: suite, planned: cell, descriptor: transport.descriptor(), target: "x", companions: [],
            generator: GeneratorSeat { .hosted([transport.descriptor()]) }, loggerPID: getpid(), ledger: ledger,
            runPrefix: "abcdef")
        measurement.reconciliation?.patience = .milliseconds(500)
        return measurement
    }
}

@Suite("The meters")
struct MeterTests {
    @Test("CPU time is that of the process")
    func cpu() throws {
        let before = try #require(ProcessCPU.own.used)
        let other = try #require(ProcessCPU(pid: getpid()))
        var sum: UInt64 = 0
        while try #require(other.used) < before + 2_000_000 { sum &+= 1 }
        #expect(try #require(ProcessCPU.own.used) >= before + 2_000_000)
        #expect(ProcessCPU(pid: -1) == nil)
    }

    @Test("a process that was killed has used what it had, and the one in its place goes on from there")
    func followed() async throws {
        func working() async throws -> PartyProcess {
            let script = "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; echo ready; read -r _"
            let party = try await PartyProcess.start(
                PartyCommand(executable: "/bin/sh", arguments: ["-c", script]), as: "the shell")
            var lines = party.lines.makeAsyncIterator()
            #expect(await lines.next() == "ready")
            return party
        }
        let first = try await working()
        let latest = Collected<pid_t>()
        var process = try #require(FollowedProcess(first.pid) { latest.value })
        await process.read()
        let used = process.used
        #expect(used > 0 && process.memory > 0)
        kill(first.pid, SIGKILL)
        await first.stop()
        for pid in [nil, first.pid] {
            if let pid { latest.set(pid) }
            await process.read()
            #expect(process.used == used && process.memory == 0)
        }
        let second = try await working()
        latest.set(second.pid)
        await process.read()
        #expect(process.used > used && process.memory > 0)
        await second.stop()
        #expect(FollowedProcess(-1) == nil)
    }

    @Test("a server's processes are the first and those that it has started, with what each has used")
    func family() async throws {
        // A shell that has a child, which writes to a disk and waits for the end of its input.
        let file = "/var/tmp/brokerlab-family-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        // A job in the background has no input of its own.
        let job = "(head -c 1048576 /dev/zero >'\(file)'; echo done; exec cat <&3 >/dev/null) & wait"
        process.arguments = ["-c", "exec 3<&0; \(job)"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        #expect(try output.fileHandleForReading.read(upToCount: 4) == Data("done".utf8))
        let family = ProcessFamily(of: process.processIdentifier)
        #expect(family.members.contains(process.processIdentifier) && family.members.count >= 2)
        #expect(family.time(since: family) == 0 && family.bytes(since: family) == 0)
        #expect(ProcessFamily(of: -1).members.isEmpty)
        for pid in family.members { kill(pid, SIGKILL) }
        process.waitUntilExit()
    }

    @Test("the peak resident set is read from the kernel's words")
    func memory() throws {
        #expect(PeakMemory.peak(inStatus: "VmPeak:\t  10 kB\nVmHWM:\t   14300 kB\nVmRSS:\t 9 kB\n") == 14_643_200)
        #expect(PeakMemory.peak(inStatus: "") == nil)
    }

    @Test("stolen time and what others used are parts of the time that passed, whatever the kernel's samples say")
    func steal() throws {
        let tick = UInt64(1_000_000_000 / sysconf(Int32(_SC_CLK_TCK)))
        let before = try #require(
            StolenTime(stat: "cpu  100 0 100 800 0 0 0 0 50 0\ncpu0 1 1\ncpu1 1 1\nintr 1\n", time: 0))
        let after = try #require(
            StolenTime(
                stat: "cpu  190 0 190 840 10 0 0 50 90 0\ncpu0 1 1\ncpu1 1 1\nintr 1\n", time: 100 * tick))
        #expect(after.percent(since: before) == 25)
        #expect(before.percent(since: before) == nil)
        // 100 ticks of two cores passed: 50 idle, 50 stolen, 100 busy; 30 of those are our own.
        #expect(after.foreignPercent(since: before, own: 30 * tick) == 35)
        #expect(StolenTime(stat: "intr 1", time: 0) == nil)
    }

    @Test("this machine has all of them")
    func present() {
        #expect(StolenTime.now != nil)
        let environment = BenchmarkEnvironment.current(checkoutNear: "/proc")
        #expect(environment.host != nil)
        #expect(environment.cpuCount > 0)
        #expect(environment.swiftVersion != nil)
        #expect(environment.gitCommit == nil)
    }
}
