import Broker
import Foundation
import GRPCTransport
import HTTPTransport
import NetRPCTransport
import Synchronization

/// The transport `planted`: one of the others, of which the logger does more work for each entry than it has to, to see whether
/// that is found.
///
/// `PLANTED_OF` says which, `PLANTED_NS` how much, in nanoseconds.
enum Planted {
    /// The other one under another name.
    static let descriptor: TransportDescriptor = {
        let environment = ProcessInfo.processInfo.environment
        let genuine =
            switch environment["PLANTED_OF"] {
            case "grpc": GRPC.descriptors[0]
            case "http": HTTP.descriptors[0]
            default: NetRPC.descriptors[0]
            }
        var descriptor = genuine
        descriptor.name = "planted"
        descriptor.summary = "\(genuine.name) with work planted into the logger"
        descriptor.reference = nil
        descriptor.options = []
        let work = PlantedWork(
            nanoseconds: environment["PLANTED_NS"].flatMap(Double.init) ?? 0)
        descriptor.makeServer = { options in
            PlantedServer(genuine: try genuine.makeServer(options), work: work)
        }
        return descriptor
    }()
}

/// A wait that keeps the core busy, of so long an entry on average.
///
/// One entry in sixteen waits sixteen times as long: a processor would do what takes a few nanoseconds beside what comes behind
/// it, and reading the clock takes as long as what is to be planted.
final class PlantedWork: Sendable {
    private static let period: UInt64 = 16
    private let wait: UInt64
    private let count = Atomic<UInt64>(0)

    init(nanoseconds: Double) {
        wait = UInt64(max(0, nanoseconds) * Double(Self.period))
    }

    func perform() {
        // One event loop records; were there several, the share would be the same.
        let number = count.load(ordering: .relaxed)
        count.store(number &+ 1, ordering: .relaxed)
        guard wait > 0, number % Self.period == 0 else { return }
        let end = MonotonicClock.now + wait
        while MonotonicClock.now < end {}
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
