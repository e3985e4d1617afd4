/// A way to write an entry as a body of its own, for transports whose protocol leaves that to a content type.
public enum EntryCodec: Sendable, Hashable, CaseIterable {
    /// JSON as the contract has it.
    case json
    /// The same JSON through Foundation's coders, to see what they cost.
    case foundationJSON
    /// A `logs.Log` message of the contract's `logs.proto`.
    case protobuf
    /// One value of `encoding/gob` with the definition of its type, as a Go program writes it with an encoder of its own.
    case gob

    /// The `codec` column of the report.
    public var name: String {
        switch self {
        case .json: "json"
        case .foundationJSON: "json-foundation"
        case .protobuf: "protobuf"
        case .gob: "gob"
        }
    }

    /// The content type, with the parameters that a sender gives.
    public var contentType: String {
        switch self {
        case .json: "application/json"
        // RFC 8259, 11: no parameter means anything to JSON, so that it is JSON to any receiver.
        case .foundationJSON: "application/json; coder=foundation"
        case .protobuf: "application/x-protobuf"
        case .gob: "application/x-gob"
        }
    }
}

/// Why an entry cannot be written, or why bytes are not an entry.
public struct EntryCodecError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected, and where.
    public var description: String

    package init(_ description: String) {
        self.description = description
    }
}
