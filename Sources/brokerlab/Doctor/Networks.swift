import BenchmarkKit
import BenchmarkResults
import Foundation

/// What it takes to measure over a network.
enum Networks {
    /// Makes a link, enters it, and puts it away again.
    static func finding() async throws -> Finding {
        do {
            let access = try await LinkAccess.find(for: BenchNetworks.link(LinkProperties()))
            return .ok(
                "network", "links can be made\(access == .root ? "" : " in a user namespace"), for bench --network")
        } catch let error as BenchmarkError {
            // A sentence, behind which the mend is one more.
            return .warn(
                "network", error.message.trimmingCharacters(in: ["."]),
                mend: "run bench --network as root, or leave out --network")
        }
    }
}
