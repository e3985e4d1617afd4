import Foundation
import Yams

/// A suite file: YAML, one mapping of ``SuiteKey`` to values.
///
/// `Benchmarks/suites` holds commented examples.
///
/// ```yaml
/// name: payload-sweep
/// transports: [tcp, grpc, grpc:stream]
/// payload_bytes: [100, 1024, 10240]
/// in_flight: [64]
/// rounds: 3
/// ```
struct SuiteFile {
    var path: String
    var text: String

    /// The suite in the file; what the file leaves out is as in ``start(name:_:)``.
    /// - Throws: ``SuiteError`` with the file, and the line where it is known.
    func suite(transports choice: TransportChoice) throws(SuiteError) -> Suite {
        let values = try keyedValues()
        var suite = Self.start(name: defaultName, choice)
        suite.tcpOnly = choice.tcpOnly
        suite.behindLinks = choice.behindLinks
        (suite.killable, suite.replicated) = (choice.killable, choice.replicated)
        var given: [String: SuiteValue] = [:]
        for (key, node) in values { given[key.name] = try value(node, key, choice) }
        for key in SuiteKey.all {
            if let value = given[key.name] { key.set(value, &suite) }
        }
        func line(_ key: String) -> Int? { values.first { $0.key.name == key }?.node.mark?.line }
        if let (key, reason) = suite.contradiction(values.map(\.key)) {
            throw error(at: line(key.name), "\(key.name): \(reason)")
        }
        if let (key, rate) = suite.unscheduled(values.map(\.key)) {
            throw error(at: line(key.name), "\(key.name): a closed load has no schedule; add \(rate.name)")
        }
        if let violation = SuiteRules.violation(of: suite, transports: choice) {
            throw error(at: line(violation.key), "\(violation.key): \(violation.message)")
        }
        return suite
    }

    /// The suite of a file that says nothing.
    static func start(name: String, _ choice: TransportChoice) -> Suite {
        Suite(
            name: name, transports: choice.standard, payloadBytes: [100, 10_240], inFlight: [1, 64], rounds: 7,
            duration: 0.5, warmup: 0.15)
    }

    private func value(
        _ node: Node, _ key: SuiteKey, _ choice: TransportChoice
    ) throws(SuiteError) -> SuiteValue {
        switch key.kind {
        case .text: .text(try string(node, key))
        case .transports: .texts(try transports(node, key, choice))
        case .word(let words): .text(try word(node, key, of: words))
        case .words(let words): .texts(try self.words(node, key, of: words))
        case .networks: .texts(try networks(node, key).map(\.text))
        case .integer: .integer(try integer(node, key))
        case .integers: .integers(try integers(node, key))
        case .number: .number(try number(node, key))
        case .numbers: .numbers(try list(node).map { node throws(SuiteError) in try number(node, key) })
        case .rates: .rates(try rates(node, key))
        case .seed: .seed(try seed(node, key))
        case .flag: .flag(try flag(node, key))
        case .payload: .payload(try payload(node, key))
        case .thresholds: .thresholds(try thresholds(node, key, choice))
        }
    }

    private var defaultName: String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    }

    private func keyedValues() throws(SuiteError) -> [(key: SuiteKey, node: Node)] {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let problem as YamlError {
            throw error(problem)
        } catch {
            throw self.error(at: nil, "not YAML")
        }
        guard let root, let mapping = root.mapping else {
            throw error(at: root?.mark?.line, "not a suite; write one 'key: value' a line, keys: \(Self.keyNames)")
        }
        var values: [(key: SuiteKey, node: Node)] = []
        for (name, node) in mapping {
            guard let key = SuiteKey.named(name.string ?? "") else {
                let text = name.string ?? "(not a text)"
                throw error(at: name.mark?.line, "unknown key '\(text)'; allowed: \(Self.keyNames)")
            }
            values.append((key, node))
        }
        return values
    }

    private static let keyNames = SuiteKey.all.map(\.name).joined(separator: ", ")
}

extension SuiteFile {
    func list(_ node: Node) -> [Node] {
        // One value needs no brackets.
        node.sequence.map(Array.init) ?? [node]
    }

    func string(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> String {
        guard let scalar = node.scalar else { throw wrongType(node, key, wanted: "a text") }
        return scalar.string
    }

    /// A list of selectors, or `all` for every transport and variant there is.
    private func transports(
        _ node: Node, _ key: SuiteKey, _ choice: TransportChoice
    ) throws(SuiteError) -> [String] {
        if node.scalar?.string == "all" { return choice.known }
        return try list(node).map { node throws(SuiteError) in try string(node, key) }
    }

    private func integer(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> Int {
        // Not as YAML reads it: 010 is 8 there, 1:30 is 90, 0x10 is 16.
        guard let text = node.scalar?.string, DecimalText.isWholeNumber(text), let value = Int(text) else {
            throw wrongType(node, key, wanted: "a whole number in decimal digits")
        }
        return value
    }

    func integers(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> [Int] {
        try list(node).map { node throws(SuiteError) in try integer(node, key) }
    }

    /// A load for each rate, of which `saturation` is a closed one.
    func rates(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> [Double?] {
        try list(node).map { node throws(SuiteError) in
            if node.scalar?.string == "saturation" { return nil }
            guard let rate = decimal(node) else {
                throw wrongType(node, key, wanted: "a number or 'saturation'")
            }
            return rate
        }
    }

    func number(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> Double {
        guard let value = decimal(node) else { throw wrongType(node, key, wanted: "a number") }
        return value
    }

    private func decimal(_ node: Node) -> Double? {
        guard let text = node.scalar?.string, DecimalText.isNumber(text) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    private func flag(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> Bool {
        guard let value = node.bool else { throw wrongType(node, key, wanted: "true or false") }
        return value
    }

    private func seed(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> UInt64 {
        guard let text = node.scalar?.string, DecimalText.isWholeNumber(text), let value = UInt64(text) else {
            throw wrongType(node, key, wanted: "a whole number from 0 to \(UInt64.max)")
        }
        return value
    }

    func words(_ node: Node, _ key: SuiteKey, of words: [String]) throws(SuiteError) -> [String] {
        try list(node).map { node throws(SuiteError) in try word(node, key, of: words) }
    }

    /// Networks by their names, or by their properties: `{rtt_ms: 30, rate_mbit: 100}`.
    func networks(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> [Network] {
        try list(node).map { node throws(SuiteError) in
            var text = node.scalar?.string
            if let mapping = node.mapping {
                text = mapping.map { "\($0.key.string ?? "")=\($0.value.scalar?.string ?? "")" }.joined(separator: "+")
            }
            guard let text else { throw wrongType(node, key, wanted: "the name or the properties of a network") }
            do throws(BenchmarkError) {
                return try Network(parsing: text)
            } catch {
                throw self.error(at: node.mark?.line, "\(key.name): \(error.message)")
            }
        }
    }

    private func word(_ node: Node, _ key: SuiteKey, of words: [String]) throws(SuiteError) -> String {
        guard let text = node.scalar?.string, words.contains(text) else {
            throw wrongType(node, key, wanted: words.joined(separator: " or "))
        }
        return text
    }

    /// `random`, or `lines: FILE`; a relative path starts at the suite file's folder.
    private func payload(_ node: Node, _ key: SuiteKey) throws(SuiteError) -> PayloadKind {
        if node.scalar?.string == "random" { return .random }
        guard let mapping = node.mapping, mapping.count == 1, let file = mapping["lines"]?.scalar?.string else {
            throw wrongType(node, key, wanted: "random or 'lines: FILE'")
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let lines = URL(fileURLWithPath: file, relativeTo: folder).path
        do {
            _ = try LogLines(path: lines)
        } catch {
            throw self.error(at: node.mark?.line, "payload: \(error.message)")
        }
        return .lines(path: lines)
    }

    func wrongType(_ node: Node, _ key: SuiteKey, wanted: String) -> SuiteError {
        let found =
            switch node {
            case .scalar(let scalar): "'\(scalar.string)'"
            case .sequence: "a list"
            case .mapping: "a mapping"
            case .alias: "an alias"
            }
        return error(at: node.mark?.line, "\(key.name): \(found) is not \(wanted)")
    }

    private func error(_ problem: YamlError) -> SuiteError {
        switch problem {
        case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _), .composer(_, let text, let mark, _):
            error(at: mark.line, "not YAML: \(text)")
        case .reader(let text, _, _, _): error(at: nil, "not YAML: \(text)")
        case .duplicatedKeysInMapping(let keys, let context):
            error(at: context.mark.line, "key given twice: \(keys.joined(separator: ", ")); give each key once")
        default: error(at: nil, "not YAML")
        }
    }

    func error(at line: Int?, _ message: String) -> SuiteError {
        SuiteError(source: line.map { "\(path):\($0)" } ?? path, message: message)
    }
}
