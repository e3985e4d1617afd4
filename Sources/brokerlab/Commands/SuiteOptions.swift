import ArgumentParser
import BenchmarkResults

/// The flags that take the place of a suite's own values: one for each key in ``SuiteKey/all`` that has one.
///
/// They are not declared here as properties: the parser finds them in the mirror, under the names of the keys.
struct SuiteOptions: ParsableArguments, CustomReflectable {
    /// What was given.
    private(set) var overrides = SuiteOverrides()

    init() {}

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Name.self)
        for key in Self.keys { overrides[key.name] = try Self.value(of: key, in: values) }
    }

    func validate() throws {
        for key in Self.keys {
            switch (key.kind, overrides[key.name]) {
            case (.word(let words), .text(let text)?): try Self.check([text], key, words)
            case (.words(let words), .texts(let texts)?): try Self.check(texts, key, words)
            case (.networks, .texts(let texts)?): try Self.checkNetworks(texts, key)
            default: break
            }
        }
    }

    private static func check(_ given: [String], _ key: SuiteKey, _ words: [String]) throws {
        guard let other = given.first(where: { !words.contains($0) }) else { return }
        throw ValidationError("--\(key.flag) takes \(words.joined(separator: " or ")), not '\(other)'.")
    }

    private static func checkNetworks(_ given: [String], _ key: SuiteKey) throws {
        do {
            for text in given { _ = try Network(parsing: text) }
        } catch {
            throw ValidationError("--\(key.flag): \(error).")
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: Self.keys.map { ($0.name, Self.option(for: $0)) })
    }

    private static let keys = SuiteKey.all.filter { $0.valueName != nil }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private static func option(for key: SuiteKey) -> Any {
        let name = NameSpecification.customLong(key.flag)
        let help = ArgumentHelp(key.help(TransportRegistry.choice), valueName: key.valueName)
        return switch key.kind {
        case .text, .transports, .word, .words, .networks, .payload, .thresholds:
            Option<String?>(name: name, help: help)
        case .flag: Option<Bool?>(name: name, help: help)
        case .integer: Option<Int?>(name: name, help: help)
        case .integers: Option<IntegerList?>(name: name, help: help)
        case .number: Option<Double?>(name: name, help: help)
        case .rates, .numbers: Option<NumberList?>(name: name, help: help)
        case .seed: Option<UInt64?>(name: name, help: help)
        }
    }

    private static func value(of key: SuiteKey, in values: KeyedDecodingContainer<Name>) throws -> SuiteValue? {
        func given<Value>(_: Value.Type) throws -> Value? {
            try values.decode(Option<Value?>.self, forKey: Name(stringValue: key.name)).wrappedValue
        }
        return switch key.kind {
        case .text, .word, .payload: try given(String.self).map { .text($0) }
        case .thresholds: nil
        case .flag: try given(Bool.self).map { .flag($0) }
        case .transports, .words, .networks:
            try given(String.self).map {
                .texts($0.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
            }
        case .integer: try given(Int.self).map { .integer($0) }
        case .integers: try given(IntegerList.self).map { .integers($0.values) }
        case .number: try given(Double.self).map { .number($0) }
        case .rates: try given(NumberList.self).map { .rates($0.values) }
        case .numbers: try given(NumberList.self).map { .numbers($0.values) }
        case .seed: try given(UInt64.self).map { .seed($0) }
        }
    }
}
