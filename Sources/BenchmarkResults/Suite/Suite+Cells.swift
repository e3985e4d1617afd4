extension Suite {
    /// The loads that every transport is put under, in the order of the suite's lists, in each of the settings.
    package var points: [LoadPoint] {
        loads.flatMap { load in
            sizes(of: load).flatMap { size in
                (load == .cold ? [0] : usedChurn).flatMap { churn in
                    settings.map {
                        LoadPoint(
                            payloadBytes: size.payloadBytes, inFlight: size.inFlight, connections: size.connections,
                            load: load, churn: churn, store: $0.store, socket: $0.socket, network: $0.network,
                            rabbitMQSide: $0.rabbitMQSide, tls: $0.tls, parties: $0.parties,
                            loggerWork: $0.loggerWork,
                            fault: $0.fault, retries: $0.retries, through: $0.through)
                    }
                }
            }
        }
    }

    /// How large a load is: each size with each, or the base and what is around it.
    private func sizes(of load: LoadModel) -> [LoadSize] {
        guard usedAxes == .crossed || load == .cold else { return sizesAroundBase }
        return payloadBytes.flatMap { payload in
            shares(of: load).map { LoadSize(payloadBytes: payload, inFlight: $0.inFlight, connections: $0.connections) }
        }
    }

    /// How many connections share how many entries in flight, one after the other.
    private func shares(of load: LoadModel) -> [(connections: Int, inFlight: Int)] {
        guard load != .cold else { return [(1, 1)] }
        return connections.flatMap { connections in
            inFlight.filter { $0 >= connections }.map { (connections, $0) }
        }
    }

    /// Whether the values of its axes are measured with each other.
    package var usedAxes: AxisPlan {
        get { axes ?? .crossed }
        set { axes = newValue }
    }

    /// Whether it is told what came of its cells over time.
    package var hasTimeline: Bool { timelineMs ?? 0 > 0 }

    /// After how many entries a connection is closed, one after the other; 0 is for never.
    package var usedChurn: [Int] {
        get { churn ?? [0] }
        set { churn = newValue }
    }

    /// Where the logger keeps entries, one after the other.
    package var usedStores: [StoreKind] { stores ?? [.memory] }

    /// How many event loops the logger has.
    package var usedLoggerLoops: Int {
        get { loggerLoops ?? 1 }
        set { loggerLoops = newValue }
    }

    /// Over what sockets broker and logger speak, one after the other.
    package var usedSockets: [SocketKind] { sockets ?? [.tcp] }

    /// What entries go over, one after the other.
    package var usedNetworks: [Network] { networks ?? [.loopback] }

    /// On which sides of a link RabbitMQ is, one after the other.
    package var usedRabbitMQSides: [RabbitMQSide] { rabbitMQSides ?? [.logger] }

    /// Whether RabbitMQ is at an end of a link that lies between broker and logger.
    package func hasRabbitMQ(behind network: Network) -> Bool {
        network.isLink && transports.contains { behindLinks?.contains($0) ?? false }
    }

    /// The sides of a network that RabbitMQ is on; the usual one where it is on none.
    private func sides(of network: Network) -> [RabbitMQSide] {
        hasRabbitMQ(behind: network) ? usedRabbitMQSides : [.logger]
    }

    /// Whether broker and logger speak TLS, one after the other.
    package var usedTLS: [TLSUse] { tls ?? [.off] }

    /// Each store with each kind of sockets, each network, and RabbitMQ on each side of it, in cleartext and over TLS, with each pair
    /// of parties, each amount of work, each fault that can be had there, each way to send again what failed, and each way
    /// through the middle; Unix sockets are of one machine, so that they go over no network.
    package var settings: [Setting] {
        steadySettings.flatMap { setting in
            usedFaults.filter { $0.canBeHad(in: setting) }.flatMap { fault in
                retries(with: fault).map { retries in
                    var setting = setting
                    (setting.fault, setting.retries) = (fault, retries)
                    return setting
                }
            }
        }
    }

    /// The same, in which nothing goes wrong.
    private var steadySettings: [Setting] {
        usedStores.flatMap { store in
            usedSockets.flatMap { socket in
                usedNetworks.filter { socket == .tcp || !$0.isLink }.flatMap { network in
                    sides(of: network).flatMap { side in
                        usedTLS.flatMap { tls in
                            usedPairs.flatMap { parties in
                                usedLoggerWork.flatMap { work in
                                    usedThrough.map {
                                        Setting(
                                            store: store, socket: socket, network: network, rabbitMQSide: side,
                                            tls: tls, parties: parties, loggerWork: LoggerWork(microseconds: work),
                                            through: $0)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The transports that can be had in a setting: the message broker of some has TCP only, and that of some
    /// no place behind a link, not everybody speaks all, and not all have one that could be killed.
    package func transports(in setting: Setting) -> [String] {
        let reached =
            setting.network.isLink
            ? transports.filter { !(tcpOnly ?? []).contains($0) || behindLinks?.contains($0) ?? false }
            : transports(over: setting.socket)
        let broken = transports(with: setting.fault)
        return reached.filter { speaks($0, setting.parties) && broken.contains($0) }
    }

    /// The transports that a fault can be done to.
    package func transports(with fault: Fault) -> [String] {
        let choice = TransportChoice(known: transports, standard: [], killable: killable, replicated: replicated)
        let names = choice.transports(with: fault)
        return transports.filter(names.contains)
    }

    /// The transports that can be had over such sockets.
    package func transports(over socket: SocketKind) -> [String] {
        socket == .tcp ? transports : transports.filter { !(tcpOnly ?? []).contains($0) }
    }

    /// The transports that have a cell.
    package var measuredTransports: [String] {
        transports.filter { name in settings.contains { transports(in: $0).contains(name) } }
    }

    /// Cells in groups that stay together in a round: of a setting, since a logger has one; around a base, of those that have the same
    /// processes; where there are slices, of a load.
    func grouped(_ cells: [Cell]) -> [[Cell]] {
        guard usedAxes == .crossed else {
            return Dictionary(grouping: cells.enumerated()) { processes(of: $0.element) }.values
                .sorted { $0[0].offset < $1[0].offset }.map { $0.map(\.element) }
        }
        // Those of a load have turns, where there are slices.
        guard slices != nil else {
            return settings.map { setting in cells.filter { $0.setting == setting } }.filter { !$0.isEmpty }
        }
        return points.map { point in cells.filter { $0.point == point } }.filter { !$0.isEmpty }
    }

    /// The cells of one round, in the order of the suite's lists; the control is the last of its load.
    package var cells: [Cell] {
        points.flatMap { point in
            let names = transports(in: point.setting)
            // Where nothing is ranked, no noise is to be known.
            let twice = point.isSteady ? controlTransport : nil
            let control = twice.flatMap { names.contains($0) ? cell($0, point, .control) : nil }
            return names.map { cell($0, point) } + [control].compactMap(\.self)
        }
    }

    /// What shows the lab's own cost: the control transport under the suite's closed loads and, as many times, under a bare
    /// loop; nil where the suite does not ask for it, or is too short for such a small difference.
    ///
    /// On one core, where the code alone decides the rate; with one each, who waits for whom makes a larger difference.
    package var overhead: Suite? {
        guard bareLoop == true, rounds >= 5, loads.contains(.closed), messagesPerOperation == 1, let controlTransport
        else {
            return nil
        }
        var suite = self
        suite.transports = [controlTransport]
        suite.loads = [.closed]
        suite.placement = .oneCPU
        suite.stores = nil
        suite.sockets = nil
        suite.timelineMs = nil
        suite.networks = nil
        suite.rabbitMQSides = nil
        suite.tls = nil
        (suite.churn, suite.faults, suite.retries, suite.loggerWorkUs) = (nil, nil, nil, nil)
        (suite.brokers, suite.loggers, suite.pairs) = (nil, nil, nil)
        (suite.loggerLoops, suite.through) = (nil, nil)
        suite.rounds = slices == nil ? 9 : 6
        suite.timeBudget = nil
        suite.duration = min(duration, 0.3)
        suite.warmup = min(warmup, 0.08)
        return suite
    }

    /// The pairs of one round of ``overhead``.
    package var overheadPairs: [[Cell]] {
        points.flatMap { point in transports.map { [cell($0, point), cell($0, point, .bareLoop)] } }
    }

    /// The transport that is measured twice: the one asked for, the floor, or the first one.
    package var controlTransport: String? {
        control ?? transports.first { $0 == references?.floor } ?? transports.first
    }

    private func cell(_ transport: String, _ point: LoadPoint, _ role: CellRole = .cell) -> Cell {
        Cell(
            transport: transport, payloadBytes: point.payloadBytes, inFlight: point.inFlight,
            connections: point.connections, load: point.load, churn: point.churn, store: point.store,
            socket: point.socket, network: point.network, rabbitMQSide: point.rabbitMQSide, tls: point.tls,
            parties: point.parties, loggerWork: point.loggerWork, fault: point.fault, retries: point.retries,
            through: point.through, role: role)
    }
}
