import EntryCodecs
import Gob

/// What goes before each call (Go's `net/rpc`, `rpc.Request`).
struct RPCRequest<Text: GobField>: GobStruct {
    var serviceMethod = Text.gobZero
    /// Chosen by the client, unique among the calls in flight.
    ///
    /// The first call's 0 is left out by gob, like every zero.
    var seq: UInt64 = 0

    static var gobName: String { "Request" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("ServiceMethod", &serviceMethod)
        field("Seq", &seq)
    }
}

/// What goes before each reply (Go's `net/rpc`, `rpc.Response`).
struct RPCResponse<Text: GobField>: GobStruct {
    var serviceMethod = Text.gobZero
    var seq: UInt64 = 0
    /// Empty where the call succeeded.
    var error = Text.gobZero

    static var gobName: String { "Response" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("ServiceMethod", &serviceMethod)
        field("Seq", &seq)
        field("Error", &error)
    }
}

/// The body of a reply to a call that failed: Go sends `struct{}{}`.
struct RPCInvalidRequest: GobStruct {
    static var gobName: String { "InvalidRequest" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {}
}

/// The argument of `RPCServer.LogInfo`: the contract's `RPCPayload{Name, Data string}` and our own fields behind them.
struct RPCPayload<Text: GobField>: GobStruct {
    var entry = GobEntry<Text>()

    static var gobName: String { "RPCPayload" }

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        entry.gobFields(&field)
    }
}

/// The one method of the contract.
enum LogInfo {
    static let service = "RPCServer"
    static let serviceMethod = "RPCServer.LogInfo"
    /// What the reply's text starts with; the entry's name follows.
    static let replyPrefix = "Processed payload via RPC: "
}
