import Foundation
import Synchronization

/// Standard output for programs: one line of JSON at a time, from any thread.
struct JSONLines: Sendable {
    /// Prints an object, its keys in alphabetical order.
    func print(_ object: [String: any Encodable & Sendable]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(object.mapValues(AnyEncodable.init)) else { return }
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }
}

/// An encodable value of any type.
private struct AnyEncodable: Encodable {
    let value: any Encodable

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
    }
}
