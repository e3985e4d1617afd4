import BenchmarkResults
import Broker
import NetworkLink

/// The processes of a round: a logger and a load generator for the cells that are compared, and others for the control, which
/// so differs from what it controls by all that one process differs from the next.
///
/// Transports that are measured by turns have a logger and a load generator each.
struct RoundParties: Sendable {
    /// A logger, its account, and the load generator that sends to it.
    struct Pair: Sendable {
        var seat: LoggerSeat
        /// Nil where all that is sent goes to loggers that nobody here has started.
        var logger: LoggerProcess?
        /// Nil where the logger has no place for it.
        var ledger: ControlClient?
        var generator: GeneratorSeat
        /// What the logger keeps entries in; nil is its memory.
        var store: LoggerStore?
        /// What entries go over; nil is loopback.
        var link: LinkProcess?
        /// What works beside the two.
        var companions: [CompanionProcess] = []
    }

    /// The pairs of a round.
    struct Pairs: Sendable {
        /// That of all transports which share one.
        var main: Pair
        /// That of cells which another cell of the same transport is held against.
        var control: Pair?
        /// Those of transports that have one of their own, by their selectors.
        var own: [String: Pair] = [:]

        func pair(for cell: Cell) -> Pair {
            (cell.role == .cell ? own[cell.transport] : control) ?? main
        }

        /// Says what works beside all of them.
        fileprivate mutating func setCompanions(_ companions: [CompanionProcess]) {
            main.companions = companions
            control?.companions = companions
            for transport in own.keys { own[transport]?.companions = companions }
        }
    }

    private let seats: [LoggerSeat]
    /// The transports that have a seat of their own, behind the first and before the control's.
    private let apart: [String]
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
        func started(_ transports: [String]) -> [String] {
            transports.filter { configuration.addresses[$0] == nil }
        }
        let measured = suite.transports(in: setting).filter { name in round.contains { $0.cell.transport == name } }
        // Who is measured by turns does nothing while it is others' turn, which is told by processes.
        let sliced = measured.filter { name in
            round.contains { $0.cell.transport == name && configuration.isSliced($0.cell, in: suite) }
        }
        let shared = measured.filter { !sliced.contains($0) }
        apart = shared.isEmpty ? Array(sliced.dropFirst()) : sliced
        let transports = started(shared.isEmpty ? Array(sliced.prefix(1)) : shared)
        let certificate: ServerCertificate? =
            switch setting.tls {
            case .off: nil
            case .on: configuration.certificate?.withoutClient
            case .mutual: configuration.certificate
            }
        var seats = [
            LoggerSeat(
                label: name, transports: transports, socket: setting.socket, certificate: certificate,
                party: setting.parties.logger, mayBeAway: setting.fault.takesSomebodyAway,
                work: setting.loggerWork)
        ]
        for (index, transport) in apart.enumerated() {
            seats.append(
                LoggerSeat(
                    label: "\(name)-\(index + 1)", transports: started([transport]), socket: setting.socket,
                    certificate: certificate, party: setting.parties.logger, work: setting.loggerWork))
        }
        // A message broker hands every logger that consumes all that is sent: two would make it work twice.
        if let control = round.first(where: { Self.isApart($0.cell, configuration, suite) })?.cell.transport,
            configuration.registry.first(where: { $0.selector == control })?.companion == nil
        {
            seats.append(
                LoggerSeat(
                    label: "\(name)-control", transports: started([control]), socket: setting.socket,
                    certificate: certificate, party: setting.parties.logger, work: setting.loggerWork))
        }
        self.seats = seats
    }

    /// Whether a cell has other processes than the one that it is held against: the control, and a bare loop that has turns with it.
    private static func isApart(_ cell: Cell, _ configuration: BenchmarkConfiguration, _ suite: Suite) -> Bool {
        switch cell.role {
        case .cell: false
        case .control: true
        case .bareLoop: configuration.isSliced(cell, in: suite)
        }
    }

    /// Starts them, side by side, lends them to `body`, and stops them when it ends, however it ends.
    /// - Throws: what `body` throws; ``BenchmarkError`` when one cannot be started, or a logger ends before `body` does.
    func run(_ body: @escaping @Sendable (Pairs) async throws -> Void) async throws {
        guard setting.tls == .off || configuration.certificate != nil else {
            throw BenchmarkError("there is no certificate for TLS")
        }
        guard setting.tls != .mutual || configuration.certificate?.client != nil else {
            throw BenchmarkError("there is no certificate of a client's for mutual TLS")
        }
        guard setting.network.isLink else { return try await run(over: nil, body) }
        try await configuration.withLink(setting.network) { try await run(over: $0, body) }
    }

    private func run(over link: LinkProcess?, _ body: @escaping @Sendable (Pairs) async throws -> Void) async throws {
        guard let link else { return try await run(over: nil, LinkedCompanions(), body) }
        let transports = Set(seats.flatMap(\.transports)).sorted()
        try await link.lend(setting.rabbitMQSide == .broker ? .broker : .logger) { place in
            try await configuration.withCompanions(transports, place) { try await run(over: link, $0, body) }
        }
    }

    private func run(
        over link: LinkProcess?, _ companions: LinkedCompanions,
        _ body: @escaping @Sendable (Pairs) async throws -> Void
    ) async throws {
        let seats = self.seats.map { $0.behind(link, companions) }
        let body: @Sendable (Pairs) async throws -> Void = { pairs in
            var pairs = pairs
            pairs.setCompanions(link == nil ? configuration.companions : companions.processes)
            try await body(pairs)
        }
        guard setting.store.isDurable else {
            return try await run(seats, over: link, keepingIn: seats.map { _ in nil }, body)
        }
        try await withStores(seats.count, []) { try await run(seats, over: link, keepingIn: $0, body) }
    }

    /// Lends so many new stores.
    private func withStores(
        _ count: Int, _ stores: [LoggerStore], _ body: @escaping @Sendable ([LoggerStore]) async throws -> Void
    ) async throws {
        guard stores.count < count else { return try await body(stores) }
        try await configuration.withStore(setting.store) { try await withStores(count, stores + [$0], body) }
    }

    private func run(
        _ seats: [LoggerSeat], over link: LinkProcess?, keepingIn stores: [LoggerStore?],
        _ body: @escaping @Sendable (Pairs) async throws -> Void
    ) async throws {
        let generators = seats.map { _ in
            GeneratorSeat { [configuration, setting] in
                try await configuration.startGenerator(of: setting.parties.broker, behind: link)
            }
        }
        let commands = zip(seats, stores).map { seat, store in
            seat.transports.isEmpty ? nil : configuration.logger(seat).keeping(in: store).behind(link)
        }
        let result: Result<Void, any Error>
        do {
            try await LoggerProcess.run(commands.compactMap(\.self)) { loggers in
                var pairs: [Pair] = []
                defer { for pair in pairs { pair.ledger?.close() } }
                var started = loggers.makeIterator()
                for (index, seat) in seats.enumerated() {
                    // One that cannot be had is told before anything is measured.
                    _ = try await generators[index].party()
                    var pair = Pair(seat: seat, generator: generators[index], store: stores[index], link: link)
                    if let command = commands[index], let logger = started.next() {
                        pair.logger = logger
                        pair.ledger = try ledger(of: logger, command, at: seat, over: link)
                        // Those with one transport cost its own cells.
                        if index == 0 { try check(logger, serves: seat) }
                    }
                    pairs.append(pair)
                }
                let own = Dictionary(uniqueKeysWithValues: zip(apart, pairs[1...]))
                let control = pairs.count > 1 + apart.count ? pairs.last : nil
                try await body(Pairs(main: pairs[0], control: control, own: own))
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

    /// Who is asked for the account of what arrived; nil where the logger has no place for such questions.
    private func ledger(
        of logger: LoggerProcess, _ command: LoggerCommand, at seat: LoggerSeat, over link: LinkProcess?
    ) throws(BenchmarkError) -> ControlClient? {
        guard let control = logger.targets[command.controlTransport] else { return nil }
        let dial = link.map { link -> ControlConnection.Dial in
            { endpoint in try await link.connect(to: endpoint) }
        }
        return try ControlClient(target: control, dial: dial, certificate: seat.certificate)
    }

    /// What a logger serves nothing of costs no more time.
    private func check(_ logger: LoggerProcess, serves seat: LoggerSeat) throws(BenchmarkError) {
        let receivers = configuration.registry.filter { seat.transports.contains($0.selector) }.map(\.receiver)
        guard let first = receivers.first, receivers.allSatisfy({ logger.targets[$0] == nil }) else { return }
        throw LoggerProcess.missing(first)
    }
}

extension BenchmarkConfiguration {
    /// Whether a cell is measured in slices, by turns with the others of its load, where the suite has some: what is in flight is answered
    /// at once when nothing more is sent, and nobody goes on working behind that.
    func isSliced(_ cell: Cell, in suite: Suite) -> Bool {
        guard suite.slices != nil, cell.load == .closed, addresses[cell.transport] == nil else { return false }
        return registry.first { $0.selector == cell.transport }.map { $0.companion == nil } ?? false
    }
}

extension LoggerSeat {
    /// The seat of a logger within its end of a link, beside what runs there for it; nil is loopback.
    fileprivate func behind(_ link: LinkProcess?, _ companions: LinkedCompanions) -> LoggerSeat {
        guard let link else { return self }
        var seat = self
        seat.host = link.ends.loggerAddress
        seat.companions = companions.running
        return seat
    }
}

extension LoggerCommand {
    /// The command of a logger within its end of a link; nil is loopback.
    fileprivate func behind(_ link: LinkProcess?) -> LoggerCommand {
        guard let link else { return self }
        return LoggerCommand(link.entering(.logger, party), controlTransport: controlTransport)
    }
}
