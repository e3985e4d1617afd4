/// A key of a suite file: how its value is written, what it sets, what is allowed, and the flag that sets the same.
///
/// A new key is one more in ``all``, which stands beside the properties of ``Suite``.
package struct SuiteKey: Sendable {
    /// What a key sets.
    typealias Path<Value> = any WritableKeyPath<Suite, Value> & Sendable
    /// Throws what breaks a rule.
    typealias Check = @Sendable (Suite, TransportChoice) throws(SuiteViolation) -> Void

    /// The key, as it stands in a file.
    package let name: String
    /// How its value is written.
    package let kind: SuiteValue.Kind
    /// What it is for: a sentence, or two.
    package let help: @Sendable (TransportChoice) -> String
    /// The name of the flag, without dashes.
    package let flag: String
    /// What the flag's value is called in the help; nil where no flag sets it.
    package let valueName: String?
    /// What the value may be, where that can be said beforehand.
    let allowed: String?
    /// Whether it means something for loads with a rate only.
    var needsRate = false
    /// Sets a value of its kind.
    let set: @Sendable (SuiteValue, inout Suite) -> Void
    /// The rules of its value, and of what it has to do with keys before it.
    let check: Check

    init(
        _ name: String, _ kind: SuiteValue.Kind, flag: String? = nil, valueName: String? = nil, allowed: String? = nil,
        _ help: @escaping @Sendable (TransportChoice) -> String,
        set: @escaping @Sendable (SuiteValue, inout Suite) -> Void, check: @escaping Check = { _, _ in }
    ) {
        self.name = name
        self.kind = kind
        self.flag = flag ?? name.split(separator: "_").joined(separator: "-")
        self.valueName = valueName
        self.allowed = allowed
        self.help = help
        self.set = set
        self.check = check
    }

    /// The key of that name.
    package static func named(_ name: String) -> SuiteKey? { all.first { $0.name == name } }

    /// A text.
    static func text(
        _ name: String, flag: String? = nil, _ path: Path<String>, _ help: String, check: @escaping Check
    ) -> SuiteKey {
        SuiteKey(
            name, .text, flag: flag, { _ in help },
            set: { value, suite in
                if case .text(let text) = value { suite[keyPath: path] = text }
            }, check: check)
    }

    /// The selector of a transport that is measured.
    static func reference(
        _ name: String, valueName: String? = nil, _ path: Path<String?>, _ help: String
    ) -> SuiteKey {
        SuiteKey(
            name, .text, valueName: valueName, { _ in help },
            set: { value, suite in
                if case .text(let text) = value { suite[keyPath: path] = text }
            },
            check: { suite, _ throws(SuiteViolation) in
                try SuiteRules.checkReference(suite[keyPath: path], name, suite)
            })
    }

    /// One of a few words.
    static func word<Word: RawRepresentable<String> & CaseIterable & SendableMetatype>(
        _ name: String, valueName: String, _ path: Path<Word>, _ help: String, check: @escaping Check = { _, _ in }
    ) -> SuiteKey {
        SuiteKey(
            name, .word(Word.allCases.map(\.rawValue)), valueName: valueName, { _ in help },
            set: { value, suite in
                if case .text(let text) = value, let word = Word(rawValue: text) { suite[keyPath: path] = word }
            }, check: check)
    }

    /// One or more of a few words.
    static func words<Word: RawRepresentable<String> & CaseIterable & Equatable & SendableMetatype>(
        _ name: String, flag: String, valueName: String, _ path: Path<[Word]?>, _ help: String,
        check: @escaping Check = { _, _ in }
    ) -> SuiteKey {
        SuiteKey(
            name, .words(Word.allCases.map(\.rawValue)), flag: flag, valueName: valueName, { _ in help },
            set: { value, suite in
                if case .texts(let texts) = value { suite[keyPath: path] = texts.compactMap(Word.init) }
            },
            check: { suite, choice throws(SuiteViolation) in
                guard let words = suite[keyPath: path] else { return }
                try SuiteRules.check(words.map(\.rawValue), name, allowed: Word.allCases.map(\.rawValue))
                try check(suite, choice)
            })
    }

    /// A whole number.
    static func integer(
        _ name: String, valueName: String? = nil, _ path: Path<Int>, in range: ClosedRange<Int>, _ help: String,
        check: @escaping Check = { _, _ in }
    ) -> SuiteKey {
        SuiteKey(
            name, .integer, valueName: valueName, allowed: SuiteRules.text(range), { _ in help },
            set: { value, suite in
                if case .integer(let number) = value { suite[keyPath: path] = number }
            },
            check: { suite, choice throws(SuiteViolation) in
                try SuiteRules.check(suite[keyPath: path], name, in: range)
                try check(suite, choice)
            })
    }

    /// One or more whole numbers.
    static func integers(
        _ name: String, valueName: String, _ path: Path<[Int]>, in range: ClosedRange<Int>, _ help: String
    ) -> SuiteKey {
        SuiteKey(
            name, .integers, valueName: valueName, allowed: SuiteRules.text(range), { _ in help },
            set: { value, suite in
                if case .integers(let numbers) = value { suite[keyPath: path] = numbers }
            },
            check: { suite, _ throws(SuiteViolation) in
                try SuiteRules.check(suite[keyPath: path], name, in: range)
            })
    }

    /// A number.
    static func number(
        _ name: String, flag: String? = nil, valueName: String? = nil, _ path: Path<Double>,
        in range: ClosedRange<Double>,
        _ help: String
    ) -> SuiteKey {
        SuiteKey(
            name, .number, flag: flag, valueName: valueName, allowed: SuiteRules.text(range), { _ in help },
            set: { value, suite in
                if case .number(let number) = value { suite[keyPath: path] = number }
            },
            check: { suite, _ throws(SuiteViolation) in
                try SuiteRules.check(suite[keyPath: path], name, in: range)
            })
    }

    /// A number, or none.
    static func number(
        _ name: String, flag: String? = nil, valueName: String? = nil, _ path: Path<Double?>,
        in range: ClosedRange<Double>, _ help: String, check: @escaping Check = { _, _ in }
    ) -> SuiteKey {
        SuiteKey(
            name, .number, flag: flag, valueName: valueName, allowed: SuiteRules.text(range), { _ in help },
            set: { value, suite in
                if case .number(let number) = value { suite[keyPath: path] = number }
            },
            check: { suite, choice throws(SuiteViolation) in
                if let value = suite[keyPath: path] { try SuiteRules.check(value, name, in: range) }
                try check(suite, choice)
            })
    }

    /// Yes or no.
    static func flag(_ name: String, _ path: Path<Bool?>, _ help: String) -> SuiteKey {
        SuiteKey(
            name, .flag, { _ in help },
            set: { value, suite in
                if case .flag(let flag) = value { suite[keyPath: path] = flag }
            })
    }
}
