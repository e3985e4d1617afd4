import Broker
import Foundation
import TransportIO

/// Whether broker and logger can speak over Unix domain sockets here.
enum UnixSockets {
    /// Tries a socket with a file and one without, and leaves nothing behind.
    static func finding() -> Finding {
        let label = "brokerlab-doctor-\(getpid())"
        // No longer than a path may be, wherever temporary files go.
        let names = [UnixSocketName.path("/tmp/\(label).sock"), .abstract(label)]
        let failures = names.compactMap { name in name.failureToListen.map { "\(name): \($0)" } }
        guard failures.isEmpty else {
            return .warn(
                "unix sockets", failures.joined(separator: "; "),
                mend: "brokerlab logger --listen NAME=HOST:PORT, and bench without --socket")
        }
        return .ok("unix sockets", "with a file and without, for --listen NAME=unix:/PATH and bench --socket unix")
    }
}
