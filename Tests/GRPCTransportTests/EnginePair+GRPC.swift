import Broker
import EngineTestKit
import HTTP2

@testable import GRPCTransport

/// The two halves of gRPC, joined memory to memory.
typealias GRPCPair = EnginePair<ClientConnection, GRPCServerEngine>

extension GRPCPair {
    convenience init(
        limits: EntryLimits = EntryLimits(), serverSettings: HTTP2Session.Settings = .server,
        clientSettings: HTTP2Session.Settings = .client, maxInFlight: Int = 1024, mode: CallMode = .unary
    ) {
        self.init(
            ClientConnection(
                authority: "logger:50001", maxInFlight: maxInFlight, limits: EntryLimits(), settings: clientSettings,
                mode: mode),
            GRPCServerEngine(limits: limits, settings: serverSettings))
    }
}
