/// What a suite file can say: for people.
package enum SuiteGuide {
    /// What a file may leave out, and a paragraph a key: how its value is written, what is allowed, the flag of `bench` that sets the
    /// same, what it is for.
    package static func keys(_ choice: TransportChoice) -> String {
        let paragraphs = SuiteKey.all.map { key in
            var head = "\(key.name): \(key.kind.form)"
            if let allowed = key.allowed { head += ", \(allowed)" }
            if key.valueName != nil { head += "  (--\(key.flag))" }
            return "\(head)\n    \(key.help(choice))\n"
        }
        return leftOut(choice) + paragraphs.joined()
    }

    /// What those keys are in a file without them that do not tell it themselves.
    private static func leftOut(_ choice: TransportChoice) -> String {
        let suite = SuiteFile.start(name: "", choice)
        func list(_ values: [some CustomStringConvertible]) -> String {
            "[\(values.map(\.description).joined(separator: ", "))]"
        }
        let values = [
            "transports: \(list(suite.transports))", "payload_bytes: \(list(suite.payloadBytes))",
            "payload: \(suite.payload.name)", "in_flight: \(list(suite.inFlight))",
            "connections: \(list(suite.connections))",
            "messages_per_operation: \(suite.messagesPerOperation)", "rounds: \(suite.rounds)",
            "duration_s: \(suite.duration)", "warmup_s: \(suite.warmup)", "p99_limit_us: \(suite.p99LimitUs)",
        ]
        return "Every key may be left out of a file. Where nothing else is said below, that is as if it had:\n\n"
            + values.map { "    \($0)\n" }.joined() + "\n"
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
