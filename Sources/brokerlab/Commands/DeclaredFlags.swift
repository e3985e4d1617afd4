import ArgumentParser

/// A flag of a command that is no property of it, because what it is for is declared elsewhere.
struct DeclaredFlag: Sendable, Hashable {
    /// Its name, without dashes.
    var name: String
    /// What its value is called in the help; nil where it has none.
    var valueName: String?
    var help: String
}

/// Flags that come from declarations: the parser finds them in the mirror, under their names.
protocol DeclaredFlags: ParsableArguments, CustomReflectable {
    /// The flags that there are.
    static var flags: [DeclaredFlag] { get }
    /// What was given, by the flags' names; `true` for one without a value.
    var given: [String: String] { get set }
}

extension DeclaredFlags {
    init(from decoder: any Decoder) throws {
        self.init()
        let values = try decoder.container(keyedBy: FlagName.self)
        for flag in Self.flags {
            let key = FlagName(stringValue: flag.name)
            given[flag.name] =
                if flag.valueName != nil {
                    try values.decode(Option<String?>.self, forKey: key).wrappedValue
                } else {
                    try values.decode(Flag<Bool>.self, forKey: key).wrappedValue ? "true" : nil
                }
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: Self.flags.map { ($0.name, $0.wrapper) })
    }
}

extension DeclaredFlag {
    /// What stands at a property that is a flag.
    fileprivate var wrapper: Any {
        let help = ArgumentHelp(help, valueName: valueName)
        guard valueName != nil else { return Flag<Bool>(wrappedValue: false, name: .customLong(name), help: help) }
        return Option<String?>(name: .customLong(name), help: help)
    }
}

private struct FlagName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
