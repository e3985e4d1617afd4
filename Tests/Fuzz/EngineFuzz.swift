import Broker
import EngineTestKit
import TransportIO

@testable import NetRPCTransport
@testable import TCPTransport

extension FuzzTarget {
    static let netRPCServer = server("netrpc-server") { NetRPCServerEngine(limits: limits) }
    static let netRPCClient = client("netrpc-client") { NetRPCClientEngine(capacity: 8, limits: limits) }
    static let tcpServer = server("tcp-server") { TCPServerEngine(limits: limits) }
    static let tcpClient = client("tcp-client") { TCPClientEngine(capacity: 8, limits: limits) }

    private static let limits = EntryLimits(maxEntryBytes: 1 << 16)

    /// A logger's half: no split changes what it records and answers.
    static func server(_ name: String, _ make: @escaping @Sendable () -> any ServerEngine) -> FuzzTarget {
        FuzzTarget(name: name) { bytes in
            let (step, rest) = bytes.stepAndRest
            var (whole, split) = (make(), make())
            var (expected, found) = (whole.feed(rest), split.feed(rest, step: step))
            require(expected.entries == found.entries, "a split changes what is recorded")
            // How an error is told may depend on how much was there; that it is one, and what came before it, may not.
            require((expected.error == nil) == (found.error == nil), "a split changes whether it is refused")
            // Nobody asks whether an engine that broke off is idle.
            if expected.error != nil { (expected.isIdle, found.isIdle) = (false, false) }
            (expected.error, found.error) = (nil, nil)
            require(expected == found, "a split changes more than that:\n\(expected)\n\(found)")
        }
    }

    /// A broker's half with a few entries in flight: no entry has two fates, and no split changes them.
    static func client(_ name: String, _ make: @escaping @Sendable () -> any ClientEngine) -> FuzzTarget {
        FuzzTarget(name: name) { bytes in
            let (step, rest) = bytes.stepAndRest
            var (whole, split) = (make(), make())
            let expected = whole.feed(rest, sends: 4, thenEnd: true)
            let found = split.feed(rest, sends: 4, step: step, thenEnd: true)
            require(Set(expected.fates.map(\.ticket)).count == expected.fates.count, "an entry has two fates")
            require(expected.fates.map(\.ticket) == found.fates.map(\.ticket), "a split changes an entry's fate")
        }
    }
}
