import ArgumentParser
import BenchmarkKit
import Broker

/// The companions that a benchmark is to use instead of starting its own: `--amqp URL`.
struct CompanionOptions: DeclaredFlags {
    static var flags: [DeclaredFlag] {
        TransportRegistry.defaults.compactMap { transport in
            transport.companion.map {
                DeclaredFlag(
                    name: transport.name, valueName: "url",
                    help: "A \($0.name) to use instead of a private one.")
            }
        }
    }

    var given: [String: String] = [:]
}

/// The companions of a benchmark's transports: one for each kind that they need.
struct Companions: Sendable {
    /// A kind of companion that some of the transports need: variants may need another one than their transport's default.
    private struct Need: Hashable {
        /// The transport's name, which the flag has that gives one.
        var transport: String
        /// The companion's.
        var companion: String

        init?(of transport: TransportDescriptor) {
            guard let companion = transport.companion else { return nil }
            (self.transport, self.companion) = (transport.name, companion.name)
        }
    }

    private var running: [Need: RunningCompanion] = [:]

    /// Those behind a link that a logger has there; those of the run where it has none.
    func at(_ seat: LoggerSeat) -> Companions {
        guard let linked = seat.companions else { return self }
        var companions = Companions()
        for transport in TransportRegistry.all {
            if let need = Need(of: transport), let one = linked[transport.selector] { companions.running[need] = one }
        }
        return companions
    }

    /// What a link's end has for transports that need some.
    var linked: LinkedCompanions {
        let pairs = TransportRegistry.all.compactMap { one in running(for: one).map { (one.selector, $0) } }
        return LinkedCompanions(running: Dictionary(uniqueKeysWithValues: pairs), processes: processes)
    }

    /// The one that runs for a transport.
    func running(for transport: TransportDescriptor) -> RunningCompanion? {
        Need(of: transport).flatMap { running[$0] }
    }

    /// Whether one runs for the transport of that name, or for a variant of it.
    func isRunningForAny(named name: String) -> Bool { running.keys.contains { $0.transport == name } }

    /// Their processes, with what they work for.
    var processes: [CompanionProcess] {
        running.flatMap { need, one in
            let transports = Set(TransportRegistry.all.filter { Need(of: $0) == need }.map(\.selector))
            let nodes = one.nodes.isEmpty ? [nil] : one.nodes.map(Optional.some)
            return nodes.enumerated().map { index, node in
                CompanionProcess(
                    name: need.companion, node: node, version: index == 0 ? one.version : nil, transports: transports)
            }
        }
    }

    /// Finds out, before anything is made or started, whether all that `transports` need can be had.
    /// - Throws: an error that says what is missing, and what to do about it.
    static func check(_ transports: [TransportDescriptor], _ options: CompanionOptions) async throws {
        for transport in needing(transports) {
            guard let companion = transport.companion else { continue }
            guard let target = options.given[transport.name] else {
                _ = try companion.find()
                continue
            }
            do {
                _ = try await companion.check(target)
            } catch let error as ServerError {
                throw ServerError("\(error) Or leave out --\(transport.name): bench then starts its own.")
            }
        }
    }

    /// Starts those that `transports` need and that are not given, lends all to `body`, and stops what was started.
    /// - Parameters:
    ///   - certificate: what those that are started also speak TLS with; nil where they speak none.
    ///   - place: the end of a link that they are started at; nil is loopback.
    static func run<R: Sendable>(
        for transports: [TransportDescriptor], _ options: CompanionOptions, certificate: ServerCertificate? = nil,
        at place: CompanionPlace? = nil, progress: (String) -> Void, _ body: (Companions) async throws -> R
    ) async throws -> R {
        try await run(needing(transports)[...], Companions(), options, certificate, place, progress, body)
    }

    private static func run<R: Sendable>(
        _ left: ArraySlice<TransportDescriptor>, _ companions: Companions, _ options: CompanionOptions,
        _ certificate: ServerCertificate?, _ place: CompanionPlace?, _ progress: (String) -> Void,
        _ body: (Companions) async throws -> R
    ) async throws -> R {
        guard let transport = left.first, let companion = transport.companion, let need = Need(of: transport) else {
            return try await body(companions)
        }
        var companions = companions
        if let target = options.given[transport.name] {
            companions.running[need] = RunningCompanion(target: target, version: try await companion.check(target))
            return try await run(left.dropFirst(), companions, options, certificate, place, progress, body)
        }
        progress("starting a private \(companion.name) \(try companion.find().version)")
        return try await companion.run(certificate: certificate, at: place) { one in
            var companions = companions
            companions.running[need] = one
            return try await run(left.dropFirst(), companions, options, certificate, place, progress, body)
        }
    }

    /// One transport for each kind of companion that is needed, in the registry's order.
    private static func needing(_ transports: [TransportDescriptor]) -> [TransportDescriptor] {
        var known: Set<Need> = []
        return TransportRegistry.all.filter { transport in
            guard let need = Need(of: transport), transports.contains(where: { $0.selector == transport.selector })
            else { return false }
            return known.insert(need).inserted
        }
    }
}
