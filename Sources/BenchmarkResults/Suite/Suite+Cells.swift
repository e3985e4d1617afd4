extension Suite {
    /// The loads that every transport is put under, in the order of the suite's lists, with each of the stores.
    package var points: [LoadPoint] {
        loads.flatMap { load in
            payloadBytes.flatMap { payload in
                connections.flatMap { connections in
                    inFlight.filter { $0 >= connections }.flatMap { inFlight in
                        usedStores.map {
                            LoadPoint(
                                payloadBytes: payload, inFlight: inFlight, connections: connections, load: load,
                                store: $0)
                        }
                    }
                }
            }
        }
    }

    /// Where the logger keeps entries, one after the other.
    package var usedStores: [StoreKind] { stores ?? [.memory] }

    /// Cells in a group for each store, since a logger has one.
    func byStore(_ cells: [Cell]) -> [[Cell]] {
        usedStores.map { store in cells.filter { $0.store == store } }.filter { !$0.isEmpty }
    }

    /// The cells of one round, in the order of the suite's lists; the control is the last of its load.
    package var cells: [Cell] {
        points.flatMap { point in
            transports.map { cell($0, point) } + (controlTransport.map { [cell($0, point, .control)] } ?? [])
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
        suite.rounds = 9
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
            connections: point.connections, load: point.load, store: point.store, role: role)
    }
}
