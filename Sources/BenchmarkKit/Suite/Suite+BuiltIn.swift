import Foundation

extension Suite {
    /// The names of the suites that need no file.
    public static let builtInNames = ["quick", "default"]

    /// The built-in suite of that name, over the standard transports, or nil.
    ///
    /// `quick` ends within 30 s and `default` within 3 minutes, with the 8 to 14 s in which RabbitMQ starts.
    public static func builtIn(named name: String, transports choice: TransportChoice) -> Suite? {
        switch name {
        case "quick":
            Suite(
                name: name, transports: choice.standard, payloadBytes: [100], inFlight: [1, 64], rounds: 1,
                duration: 0.6, warmup: 0.2)
        case "default":
            Suite(
                name: name, transports: choice.standard, payloadBytes: [100, 10_240], inFlight: [1, 64], rounds: 3,
                duration: 1.7, warmup: 0.4)
        default: nil
        }
    }

    /// The suite that `--suite` means: a built-in one, or else a file.
    /// - Parameters:
    ///   - nameOrPath: `quick`, `default`, or the path of a suite file.
    ///   - choice: the transports of the registry.
    /// - Throws: ``SuiteError``.
    public static func load(_ nameOrPath: String, transports choice: TransportChoice) throws(SuiteError) -> Suite {
        if let suite = builtIn(named: nameOrPath, transports: choice) { return suite }
        let text: String
        do {
            text = try String(contentsOfFile: nameOrPath, encoding: .utf8)
        } catch {
            let reason = FileManager.default.fileExists(atPath: nameOrPath) ? "cannot be read as UTF-8" : "no such file"
            throw SuiteError(
                source: nameOrPath,
                message: "\(reason); --suite takes \(builtInNames.joined(separator: ", ")) or the path of a YAML file")
        }
        return try SuiteFile(path: nameOrPath, text: text).suite(transports: choice)
    }

    /// About how long the suite's cells take, in seconds.
    public var estimatedSeconds: Double {
        let cells = transports.count * payloadBytes.count * inFlight.count * rounds
        return Double(cells) * (warmup + duration + Suite.estimatedOverhead)
    }

    /// What a cell costs beside its load: connecting, waiting for the ledger, closing.
    static let estimatedOverhead = 0.15
}
