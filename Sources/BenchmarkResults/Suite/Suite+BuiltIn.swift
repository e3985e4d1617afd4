import Foundation

extension Suite {
    /// The names of the suites that need no file; their files are `Benchmarks/suites/NAME.yaml`.
    package static let builtInNames = SuiteLibrary.names

    /// The built-in suite of that name, over the standard transports unless it names others, or nil.
    ///
    /// `quick` ends within 30 s and `default` within 3 minutes, with the 8 to 14 s in which RabbitMQ starts.
    /// - Throws: ``SuiteError``, when it names a transport that this registry does not have.
    package static func builtIn(named name: String, transports choice: TransportChoice) throws(SuiteError) -> Suite? {
        guard let text = SuiteLibrary.text(of: name) else { return nil }
        return try SuiteFile(path: "\(name).yaml", text: text).suite(transports: choice)
    }

    /// The suite that `--suite` means: a built-in one, or else a file.
    /// - Parameters:
    ///   - nameOrPath: the name of a built-in suite, or the path of a suite file.
    ///   - choice: the transports of the registry.
    /// - Throws: ``SuiteError``.
    package static func load(_ nameOrPath: String, transports choice: TransportChoice) throws(SuiteError) -> Suite {
        if let suite = try builtIn(named: nameOrPath, transports: choice) { return suite }
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
    package var estimatedSeconds: Double {
        max(estimatedSeconds(cells: cells.count), timeBudget ?? 0)
            + (overhead.map { $0.estimatedSeconds(cells: 2 * $0.overheadPairs.count) } ?? 0)
    }

    func estimatedSeconds(cells: Int) -> Double {
        Double(cells * rounds) * cellSeconds
    }

    /// About how long one of them takes, in seconds.
    package var cellSeconds: Double {
        guard let coldDials else {
            let afterwards = usedOverload.isEmpty ? 0 : Overload.secondsAfterwards
            // A slice is sent for a quarter to a half longer than it is measured.
            let leads = slices == nil ? 0 : 0.375 * duration
            return warmup + usualDuration + leads + afterwards + Self.estimatedOverhead
        }
        let roundTrips = settings.map { $0.network.roundTripSeconds }
        let mean = roundTrips.reduce(0, +) / Double(max(1, roundTrips.count))
        return warmup + Double(coldDials) * (0.001 + 4 * mean) + Self.estimatedOverhead
    }

    /// How long a cell is measured in the mean, in seconds.
    private var usualDuration: Double {
        guard usedFaults.contains(where: { $0.leastDuration > duration }) else { return duration }
        let durations = cells.map { duration(with: $0.fault) }
        return durations.reduce(0, +) / Double(max(1, durations.count))
    }

    /// How long it takes at the most until a cell's load has ended, in seconds, if nothing is wrong.
    package func longestSeconds(of cell: Cell) -> Double {
        warmup + (cell.load.overload == nil ? 0 : Overload.secondsAfterwards)
            + (coldDials.map { Double($0) * (0.2 + 20 * cell.network.roundTripSeconds) } ?? duration(with: cell.fault))
    }

    /// How long a cell is measured, for people.
    var measuredText: String { coldDials.map { "\($0) cold connections" } ?? "\(duration) s measured" }

    /// What a cell costs beside its load: connecting, waiting for the ledger, closing.
    private static let estimatedOverhead = 0.08
}
