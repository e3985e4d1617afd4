extension RunningNode {
    /// How long another node may take to be a queue's leader: one that was started again has to have its queues back.
    private static let longestHandover = Duration.seconds(30)

    /// The node of its cluster that leads a quorum queue, as that one says itself: its name.
    /// - Throws: ``RabbitMQNodeError`` where there is no such queue, or it has no leader now.
    package func leader(ofQueue queue: String) async throws -> String {
        let printed = try await evaluate(Self.find(queue) + "Leader.")
        // As Erlang writes an atom that has signs in it: {ok, 'brokerlab-41977@127.0.0.2'}
        let parts = printed.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw RabbitMQNodeError("\(name) does not say who leads the queue '\(queue)': \(printed)")
        }
        return String(parts[1])
    }

    /// Has another node of its cluster lead a quorum queue that this one leads, and returns when that one does.
    /// - Throws: ``RabbitMQNodeError`` where none of them has taken it over after half a minute.
    package func leaveLead(ofQueue queue: String) async throws {
        let deadline = ContinuousClock.now + Self.longestHandover
        var tries = 0
        while true {
            do {
                guard try await leader(ofQueue: queue) == name else { return }
                // One that has not all that the leader has is not elected.
                _ = try await evaluate(
                    Self.find(queue)
                        + """
                        Others = [Node || {_, Node} <- Members, Node =/= node()],
                        rabbit_quorum_queue:transfer_leadership(Queue, lists:nth(1 + \(tries) rem length(Others), Others)).
                        """)
            } catch let error as RabbitMQNodeError {
                // Nobody leads while they elect.
                guard ContinuousClock.now < deadline else { throw error }
            }
            guard ContinuousClock.now < deadline else {
                throw RabbitMQNodeError("no other node has taken the queue '\(queue)' over from \(name)")
            }
            tries += 1
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Erlang that finds a queue, its members and its leader's node.
    private static func find(_ queue: String) -> String {
        // Its bytes, whatever they are.
        let name = queue.utf8.map(String.init).joined(separator: ",")
        return """
            {ok, Queue} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<\(name)>>)),
            {ok, Members, {_, Leader}} = ra:members(amqqueue:get_pid(Queue), 2000),

            """
    }
}
