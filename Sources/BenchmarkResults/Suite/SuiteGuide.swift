/// What a suite file can say: for people.
package enum SuiteGuide {
    /// A paragraph a key: how its value is written, what is allowed, the flag of `bench` that sets the same, what it is for.
    package static func keys(_ choice: TransportChoice) -> String {
        SuiteKey.all.map { key in
            var head = "\(key.name): \(key.kind.form)"
            if let allowed = key.allowed { head += ", \(allowed)" }
            if key.valueName != nil { head += "  (--\(key.flag))" }
            return "\(head)\n    \(key.help(choice))\n"
        }.joined()
    }

    /// A line a built-in suite: its name and what its file begins with.
    package static var builtIn: String {
        let width = SuiteLibrary.names.map(\.count).max() ?? 0
        return SuiteLibrary.names.map { name in
            let text = SuiteLibrary.text(of: name) ?? ""
            let about = text.prefix { $0 != ":" && $0 != "." && $0 != "\n" }.drop { $0 == "#" || $0 == " " }
            return "\(name)\(String(repeating: " ", count: width - name.count))  \(about)\n"
        }.joined()
    }
}
