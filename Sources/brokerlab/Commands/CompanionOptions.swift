import ArgumentParser
import Broker

/// The companions that a benchmark is to use instead of starting its own: `--amqp URL`.
struct CompanionOptions: DeclaredFlags {
    static var flags: [DeclaredFlag] {
        TransportRegistry.defaults.compactMap { transport in
            transport.companion.map {
                DeclaredFlag(
                    name: transport.name, valueName: "url", help: "A \($0.name) to use instead of a private one.")
            }
        }
    }

    var given: [String: String] = [:]
}

/// The companions of a benchmark's transports, by the transports' names.
struct Companions: Sendable {
    /// Those that run.
    private(set) var running: [String: RunningCompanion] = [:]

    /// Finds out, before anything is made or started, whether all that `transports` need can be had.
    /// - Throws: an error that says what is missing, and what to do about it.
    static func check(_ transports: [TransportDescriptor], _ options: CompanionOptions) async throws {
        for (name, companion) in needed(by: transports) {
            guard let target = options.given[name] else {
                _ = try companion.find()
                continue
            }
            do {
                try await companion.check(target)
            } catch let error as ServerError {
                throw ServerError("\(error) Or leave out --\(name): bench then starts its own.")
            }
        }
    }

    /// Starts those that `transports` need and that are not given, lends all to `body`, and stops what was started.
    static func run<R: Sendable>(
        for transports: [TransportDescriptor], _ options: CompanionOptions, progress: (String) -> Void,
        _ body: (Companions) async throws -> R
    ) async throws -> R {
        try await run(needed(by: transports)[...], Companions(), options, progress, body)
    }

    private static func run<R: Sendable>(
        _ left: ArraySlice<(name: String, companion: any TransportCompanion)>, _ companions: Companions,
        _ options: CompanionOptions, _ progress: (String) -> Void, _ body: (Companions) async throws -> R
    ) async throws -> R {
        guard let (name, companion) = left.first else { return try await body(companions) }
        var companions = companions
        if let target = options.given[name] {
            companions.running[name] = RunningCompanion(target: target)
            return try await run(left.dropFirst(), companions, options, progress, body)
        }
        progress("starting a private \(companion.name) \(try companion.find().version)")
        return try await companion.run { one in
            var companions = companions
            companions.running[name] = one
            return try await run(left.dropFirst(), companions, options, progress, body)
        }
    }

    private static func needed(
        by transports: [TransportDescriptor]
    ) -> [(name: String, companion: any TransportCompanion)] {
        TransportRegistry.defaults.compactMap { transport in
            guard let companion = transport.companion, transports.contains(where: { $0.name == transport.name }) else {
                return nil
            }
            return (transport.name, companion)
        }
    }
}
