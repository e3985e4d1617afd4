import BenchmarkResults
import Broker
import NetworkLink

/// The processes of a round: a logger and a load generator for the cells that are compared, and others for the control, which
/// so differs from what it controls by all that one process differs from the next.
struct RoundParties: Sendable {
    /// A logger, its account, and the load generator that sends to it.
    struct Pair: Sendable {
        var seat: LoggerSeat
        var logger: LoggerProcess
        var ledger: ControlClient
        var generator: GeneratorSeat
        /// What the logger keeps entries in; nil is its memory.
        var store: LoggerStore?
        /// What entries go over; nil is loopback.
        var link: LinkProcess?
    }

    /// The pairs of a round.
    struct Pairs: Sendable {
        var main: Pair
        var control: Pair?

        func pair(for cell: Cell) -> Pair {
            cell.role == .control ? control ?? main : main
        }
    }

    private let seats: [LoggerSeat]
    private let setting: Setting
    private let configuration: BenchmarkConfiguration

    /// - Parameters:
    ///   - label: what the labels of the loggers start with.
    ///   - setting: where the loggers of those cells keep entries, and how they are reached.
    init(
        label: String, round: [PlannedCell], setting: Setting, suite: Suite, configuration: BenchmarkConfiguration
    ) {
        self.configuration = configuration
        self.setting = setting
        let name = "\(label)\(round.first?.block ?? 0)" + setting.tag("-")
        let transports = suite.transports(in: setting)
        var seats = [LoggerSeat(label: name, transports: transports, socket: setting.socket)]
        // A message broker hands every logger that consumes all that is sent: two would make it work twice.
        if let control = round.first(where: { $0.cell.role == .control })?.cell.transport,
            configuration.registry.first(where: { $0.selector == control })?.companion == nil
        {
            seats.append(LoggerSeat(label: "\(name)-control", transports: [control], socket: setting.socket))
        }
        self.seats = seats
    }

    /// Starts them, side by side, lends them to `body`, and stops them when it ends, however it ends.
    /// - Throws: what `body` throws; ``BenchmarkError`` when one cannot be started, or a logger ends before `body` does.
    func run(_ body: @escaping @Sendable (Pairs) async throws -> Void) async throws {
        guard setting.network.isLink else { return try await run(over: nil, body) }
        try await configuration.withLink(setting.network) { try await run(over: $0, body) }
    }

    private func run(over link: LinkProcess?, _ body: @escaping @Sendable (Pairs) async throws -> Void) async throws {
        guard setting.store.isDurable else {
            return try await run(over: link, keepingIn: seats.map { _ in nil }, body)
        }
        try await withStores(seats.count, []) { try await run(over: link, keepingIn: $0, body) }
    }

    /// Lends so many new stores.
    private func withStores(
        _ count: Int, _ stores: [LoggerStore], _ body: @escaping @Sendable ([LoggerStore]) async throws -> Void
    ) async throws {
        guard stores.count < count else { return try await body(stores) }
        try await configuration.withStore(setting.store) { try await withStores(count, stores + [$0], body) }
    }

    private func run(
        over link: LinkProcess?, keepingIn stores: [LoggerStore?],
        _ body: @escaping @Sendable (Pairs) async throws -> Void
    ) async throws {
        let seats = self.seats.map { $0.behind(link) }
        let generators = seats.map { _ in
            GeneratorSeat { [configuration] in try await configuration.startGenerator(link) }
        }
        let commands = zip(seats, stores).map { configuration.logger($0).keeping(in: $1).behind(link) }
        let dial = link.map { link -> ControlConnection.Dial in
            { endpoint in try await link.connect(to: endpoint) }
        }
        let result: Result<Void, any Error>
        do {
            try await LoggerProcess.run(commands) { loggers in
                var pairs: [Pair] = []
                defer { for pair in pairs { pair.ledger.close() } }
                for (index, logger) in loggers.enumerated() {
                    let transport = commands[index].controlTransport
                    guard let control = logger.targets[transport] else { throw Self.missing(transport) }
                    // One that cannot be had is told before anything is measured.
                    _ = try await generators[index].party()
                    pairs.append(
                        Pair(
                            seat: seats[index], logger: logger,
                            ledger: try ControlClient(target: control, dial: dial),
                            generator: generators[index], store: stores[index], link: link))
                }
                try await body(Pairs(main: pairs[0], control: pairs.count > 1 ? pairs[1] : nil))
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await withTaskGroup { group in
            for generator in generators { group.addTask { _ = await generator.leave() } }
        }
        try result.get()
    }

    static func missing(_ transport: String) -> BenchmarkError {
        BenchmarkError("the logger announced no address for '\(transport)'. Have it listen there, or leave it out.")
    }
}

extension LoggerSeat {
    /// The seat of a logger within its end of a link; nil is loopback.
    fileprivate func behind(_ link: LinkProcess?) -> LoggerSeat {
        guard let link else { return self }
        var seat = self
        seat.host = link.ends.loggerAddress
        return seat
    }
}

extension LoggerCommand {
    /// The command of a logger within its end of a link; nil is loopback.
    fileprivate func behind(_ link: LinkProcess?) -> LoggerCommand {
        guard let entered = link?.entering(.logger, party) else { return self }
        return LoggerCommand(
            executable: entered.executable, arguments: entered.arguments, controlTransport: controlTransport)
    }
}
