import Foundation
import Terminal

extension StandardOutput {
    /// Writes an object as a line of JSON, for programs; its keys are in alphabetical order.
    /// - Throws: ``OutputError`` when it cannot be written.
    static func write(_ object: [String: any Encodable & Sendable]) throws {
        try write(line: object.mapValues(AnyEncodable.init))
    }

    /// Writes a value as a line of JSON, for programs; keys are in alphabetical order.
    /// - Throws: ``OutputError`` when it cannot be written.
    static func write(line value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(value)
        try write(String(decoding: line, as: UTF8.self) + "\n")
    }
}

/// An encodable value of any type.
private struct AnyEncodable: Encodable {
    let value: any Encodable

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}
