import Broker
import Foundation
import NetRPCTransport

/// The transport `planted`: net/rpc, of which the logger does more work for each entry than it has to, to see whether that is
/// found.
///
/// `PLANTED_NS` says how much, in nanoseconds.
enum Planted {
    /// net/rpc under another name.
    static let descriptor: TransportDescriptor = {
        let genuine = NetRPC.descriptors[0]
        var descriptor = genuine
        descriptor.name = "planted"
        descriptor.summary = "net/rpc with work planted into the logger"
        descriptor.reference = nil
        descriptor.options = []
        let work = PlantedWork(
            nanoseconds: ProcessInfo.processInfo.environment["PLANTED_NS"].flatMap(Double.init) ?? 0)
        descriptor.makeServer = { options in
            PlantedServer(genuine: try genuine.makeServer(options), work: work)
        }
        return descriptor
    }()
}

/// A computation that takes a given time, without reading a clock for each entry.
struct PlantedWork: Sendable {
    private var steps: Int

    init(nanoseconds: Double) {
        guard nanoseconds > 0 else {
            steps = 0
            return
        }
        let sample = 2_000_000
        // The quickest of several: the others were interrupted.
        let fastest =
            (0..<5).map { _ -> UInt64 in
                let start = MonotonicClock.now
                Self.compute(sample)
                return MonotonicClock.now - start
            }.min() ?? 1
        steps = Int(nanoseconds * Double(sample) / Double(max(1, fastest)))
    }

    func perform() { Self.compute(steps) }

    /// Each step needs the one before it.
    @inline(never)
    private static func compute(_ steps: Int) {
        var state = UInt64(truncatingIfNeeded: steps) | 1
        for _ in 0..<steps { state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
        withExtendedLifetime(state) { if state == 0 { print("") } }
    }
}

/// The server of a transport, whose entries cost more.
private struct PlantedServer: ServerTransport {
    var genuine: any ServerTransport
    var work: PlantedWork

    func serve(to recorder: any EntryRecorder, ready: @escaping @Sendable (ServerAddress) -> Void) async throws {
        try await genuine.serve(to: PlantedRecorder(genuine: recorder, work: work), ready: ready)
    }
}

/// A recorder that works before it records.
private struct PlantedRecorder: EntryRecorder {
    var genuine: any EntryRecorder
    var work: PlantedWork

    func record(_ entry: borrowing ReceivedEntry, reply: () -> EntryReply) -> RecordResult {
        work.perform()
        return genuine.record(entry, reply: reply)
    }

    var isBehind: Bool { genuine.isBehind }

    func countUndecodable() { genuine.countUndecodable() }

    func countRepeated(_ entry: borrowing ReceivedEntry) { genuine.countRepeated(entry) }
}
