import Foundation
import Terminal

extension StandardOutput {
    /// Writes an object as a line of JSON, for programs; its keys are in alphabetical order.
    /// - Throws: ``OutputError`` when it cannot be written.
    static func write(_ object: [String: any Encodable & Sendable]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let line = try encoder.encode(object.mapValues(AnyEncodable.init))
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
