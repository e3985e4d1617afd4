import BenchmarkResults
import Broker
import Glibc

/// What the lab does at a third of a cell.
struct CellFault: Sendable {
    var fault: Fault
    /// How long the cell is measured, in seconds.
    var duration: Double
    /// Has all be as it is to be before, also in the warm-up.
    var prepare: @Sendable () async throws -> Void = {}
    /// Does it, and undoes it however that ends.
    var act: @Sendable () async throws -> FaultEvent

    /// Waits for its time, from when what is measured begins, and does it.
    /// - Returns: when it was.
    /// - Throws: `CancellationError` before its time; an error where what was killed does not come back.
    func happen() async throws -> FaultEvent {
        try await Task.sleep(for: .seconds(Fault.beginning(in: duration)))
        return try await act()
    }
}

extension CellMeasurement {
    /// What the lab is to do meanwhile; nil where nothing is to go wrong, or not by its doing.
    /// - Throws: ``BenchmarkError`` where there is nobody of this project's to do it to.
    func fault(_ broker: pid_t) throws(BenchmarkError) -> CellFault? {
        let fault = planned.cell.fault
        let pause = Duration.seconds(fault.seconds)
        var prepare: @Sendable () async throws -> Void = {}
        let act: @Sendable () async throws -> FaultEvent
        switch fault {
        case .none, .connectionCut: return nil
        case .loggerKill:
            let life = try found(life)
            act = { [pinning] in
                let event = try await life.killAndStartAgain(after: pause)
                try? pinning?.pin(broker: broker, logger: await life.pid)
                return event
            }
        case .loggerStop:
            let life = try found(life)
            act = {
                let pid = await life.pid
                return await FaultEvent.lasting(pause, begin: { kill(pid, SIGSTOP) }, end: { kill(pid, SIGCONT) })
            }
        case .diskFull:
            let life = try found(life)
            act = {
                let pid = await life.pid
                let limit = try FileSizeLimit.setToNothing(of: pid)
                return await FaultEvent.lasting(pause, begin: {}, end: { FileSizeLimit.restore(limit, of: pid) })
            }
        case .blackhole:
            let link = try found(link)
            act = {
                await FaultEvent.lasting(pause, begin: { link.loseAll(true) }, end: { link.loseAll(false) })
            }
        case .rabbitMQKill:
            act = try killing(found(nodes.count == 1 ? nodes.first : nil), pause)
        case .nodeKill:
            // Both halves use the first that can be reached.
            act = try killing(found(nodes.count > 1 ? nodes.first : nil), pause)
        case .leaderKill:
            // Both halves use that one.
            let home = try found(nodes.count > 1 ? nodes.first : nil)
            prepare = { [descriptor, queueLabel] in
                // A queue is led by the node that its logger is connected to.
                try await home.leaveLead(of: descriptor, label: queueLabel)
            }
            act = { try await killLeader(besides: home, pause) }
        case .memoryAlarm:
            let node = try found(nodes.count == 1 ? nodes.first : nil)
            act = {
                var began: UInt64 = 0
                try await node.withoutMemory {
                    began = MonotonicClock.now
                    try? await Task.sleep(for: pause)
                }
                return FaultEvent(began: began, ended: MonotonicClock.now)
            }
        }
        return CellFault(fault: fault, duration: duration, prepare: prepare, act: act)
    }

    /// The processes of this project's that work for the transport between broker and logger: several where they are a cluster.
    private var nodes: [any CompanionNode] {
        companions.filter { $0.transports.contains(descriptor.selector) }.compactMap(\.node)
    }

    /// What kills a process, starts it again, and puts it where the one before it was.
    private func killing(
        _ node: any CompanionNode, _ pause: Duration
    ) -> @Sendable () async throws -> FaultEvent {
        { [pinning] in
            let event = try await FaultEvent.killing(node, startedAgainAfter: pause)
            try? pinning?.pinOthers([node.processID].compactMap(\.self))
            return event
        }
    }

    /// Kills the node that leads the queue, whichever that is by now, unless it is the one that both halves are connected to.
    private func killLeader(besides home: any CompanionNode, _ pause: Duration) async throws -> FaultEvent {
        let name = try await home.leader(of: descriptor, label: queueLabel)
        guard let leader = nodes.first(where: { $0.name == name }), name != home.name else {
            throw BenchmarkError(
                "the queue is led by \(name), and '\(planned.cell.fault.rawValue)' is of one of the other nodes than \(home.name)"
            )
        }
        return try await killing(leader, pause)()
    }

    private func found<Victim>(_ victim: Victim?) throws(BenchmarkError) -> Victim {
        guard let victim else {
            throw BenchmarkError("there is nothing that '\(planned.cell.fault.rawValue)' could be done to")
        }
        return victim
    }
}

extension FaultEvent {
    /// What is over after a while, however that ends.
    static func lasting(
        _ pause: Duration, begin: @Sendable () async -> Void, end: @Sendable () async -> Void
    ) async -> FaultEvent {
        let began = MonotonicClock.now
        await begin()
        try? await Task.sleep(for: pause)
        await end()
        return FaultEvent(began: began, ended: MonotonicClock.now)
    }

    /// Kills a process, and starts it again, also for those who come later where the cell is given up meanwhile.
    /// - Throws: what starting it throws, and `CancellationError` when it is started and nobody waits for it.
    static func killing(_ node: any CompanionNode, startedAgainAfter pause: Duration) async throws -> FaultEvent {
        let began = MonotonicClock.now
        // To be waited for in any case: until it is gone, another one cannot take its place.
        try await Task { try await node.kill() }.value
        try? await Task.sleep(for: pause)
        try await node.startAgain()
        return FaultEvent(began: began, ended: MonotonicClock.now)
    }
}
