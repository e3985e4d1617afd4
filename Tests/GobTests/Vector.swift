import Foundation
import Gob
import Testing

/// A stream that Go encoded, and what its values are. Made by `Tests/Peers/gobvectors`:
///
///     cd Tests/Peers/gobvectors && go run . write ../../GobTests/Vectors/vectors.json
struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var hex: String
    var values: [Node]

    var testDescription: String { name }
    var bytes: [UInt8] { [UInt8](hex: hex) }

    static let all: [Vector] = {
        guard let url = Bundle.module.url(forResource: "vectors", withExtension: "json", subdirectory: "Vectors"),
            let data = try? Data(contentsOf: url), let vectors = try? JSONDecoder().decode([Vector].self, from: data)
        else { return [] }
        return vectors
    }()

    static func named(_ name: String) throws -> Vector {
        try #require(all.first { $0.name == name }, "no vector '\(name)'")
    }
}

/// What a value must be decoded to.
struct Node: Decodable, Sendable {
    var k: String
    var v: String?
    var n: String?
    var i: [Node]?
}

extension Node {
    /// Whether a value is what the node says; tells where it is not.
    func difference(from value: GobValue, at path: String = "") -> String? {
        let items = i ?? []
        let text = v ?? ""
        switch (k, value) {
        case ("bool", .bool(let flag)) where text == "\(flag)": return nil
        case ("int", .int(let number)) where text == "\(number)": return nil
        case ("uint", .uint(let number)) where text == "\(number)": return nil
        case ("float", .float(let number)) where text == Node.bits(number): return nil
        case ("complex", .complex(let real, let imaginary))
        where text == "\(Node.bits(real)) \(Node.bits(imaginary))":
            return nil
        case ("string", .string(let string)) where text == Array(string.utf8).hex: return nil
        case ("string", .rawString(let bytes)) where text == bytes.hex: return nil
        case ("bytes", .bytes(let bytes)) where text == bytes.hex: return nil
        case ("opaque", .opaque(_, _, let bytes)) where text == bytes.hex: return nil
        case ("nil", .nilInterface): return nil
        case ("interface", .interface(_, let content)) where items.count == 1:
            return items[0].difference(from: content, at: path + ".()")
        case ("slice", .slice(_, let elements)) where elements.count == items.count,
            ("array", .array(_, let elements)) where elements.count == items.count:
            return zip(items, elements).enumerated().lazy
                .compactMap { $1.0.difference(from: $1.1, at: "\(path)[\($0)]") }.first
        case ("map", .map(_, let pairs)) where pairs.count * 2 == items.count:
            return mapDifference(pairs, items, path)
        case ("struct", .structure(_, _, let fields)) where fields.count == items.count:
            return zip(items, fields).lazy.compactMap { item, field in
                guard item.n == field.name else { return "\(path): field \(field.name), not \(item.n ?? "")" }
                return item.difference(from: field.value, at: "\(path).\(field.name)")
            }.first
        default: return "\(path): \(value) instead of \(k) \(text) of \(items.count)"
        }
    }

    private func mapDifference(_ pairs: [GobValuePair], _ items: [Node], _ path: String) -> String? {
        for index in stride(from: 0, to: items.count, by: 2) {
            let found = pairs.contains {
                items[index].difference(from: $0.key) == nil && items[index + 1].difference(from: $0.value) == nil
            }
            if !found { return "\(path): no pair \(items[index])" }
        }
        return nil
    }

    private static func bits(_ number: Double) -> String { String(number.bitPattern, radix: 16) }
}

extension [UInt8] {
    init(hex: String) {
        let digits = Array<Character>(hex)
        self = stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
