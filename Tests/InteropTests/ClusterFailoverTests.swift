import Foundation
import RabbitMQNode
import Subprocess
import Testing

/// A RabbitMQ of three nodes, which are killed in turn under load, with a quorum queue between broker and logger.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct ClusterFailoverTests {
    private static let queue = "failover"
    private static let other = "other"
    /// As the variant has it.
    private static let queueName = "\(queue)-quorum-cluster"
    private static let inFlight = 64
    private static let run = "failover"

    private struct Ledger: Decodable {
        var received: Int
        var unique: Int
        var duplicated: Int
    }

    /// What is acted on.
    private struct Scene {
        var cluster: RabbitMQCluster
        var logger: RunningLogger
        var sender: RunningProgram
    }

    /// The URL with the hosts from that one on, and then the others.
    private func url(_ cluster: RabbitMQCluster, from first: Int) -> String {
        let hosts = (0..<3).map { cluster.nodes[($0 + first) % 3] }.map { "\($0.address):\($0.port)" }
        return "amqp://guest:guest@" + hosts.joined(separator: ",")
    }

    private func ledger(_ logger: RunningLogger) async throws -> Ledger? {
        let answer = try await logger.answer("/runs/\(Self.run)")
        return answer.exitCode == 0 ? try answer.decoded(Ledger.self) : nil
    }

    /// Waits until the logger has `count` different entries.
    private func wait(_ logger: RunningLogger, for count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(90)
        while (try await ledger(logger)?.unique ?? 0) < count {
            guard ContinuousClock.now < deadline else {
                Issue.record("the logger did not get \(count) entries: \(logger.program.errors.text)")
                throw CancellationError()
            }
            // The API has no way to wait for an entry.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The node that a program says it is connected to, by the last line about it that begins so.
    private func node(_ cluster: RabbitMQCluster, of output: ProgramOutput, _ beginning: String) throws -> RunningNode {
        let line = try #require(output.lines.last { $0.contains(beginning) }, "\(output.text)")
        return try #require(cluster.nodes.first { line.contains("at \($0.address):\($0.port)") }, "\(line)")
    }

    /// Kills a node, and says how long it takes until entries arrive that were not on their way.
    private func kill(_ node: RunningNode, _ what: String, in scene: Scene) async throws {
        let before = try #require(try await ledger(scene.logger)).unique
        try await node.kill()
        let start = ContinuousClock.now
        try await wait(scene.logger, for: before + 20 * Self.inFlight)
        print(
            "failover: the node of \(what) (\(node.address)) was killed; it went on after \(ContinuousClock.now - start)"
        )
    }

    @Test("Every confirmed entry arrives")
    func failover() async throws {
        try await withRabbitMQCluster(of: 3) { cluster in
            try await leaveDeadLetters(of: Self.other, on: cluster)
            try await withLogger(
                [],
                arguments: [
                    "--listen", "amqp:quorum-cluster=\(url(cluster, from: 1))", "--amqp-queue", Self.queue,
                ], limit: .seconds(400)
            ) { logger in
                let finished = try await withProgram(
                    .brokerlab,
                    [
                        "send", "--transport", "amqp:quorum-cluster", "--to", url(cluster, from: 0), "--payload-bytes",
                        "100",
                        "--run", Self.run, "--count", "2000000000", "--in-flight", "\(Self.inFlight)", "--rate", "5000",
                        "--json",
                    ], limit: .seconds(400), isStopped: false
                ) { sender in
                    try await killNodes(Scene(cluster: cluster, logger: logger, sender: sender))
                    try sender.signal(.interrupt)
                }
                let outcome = try finished.decoded(SendOutcome.self)
                #expect(outcome.failed == 0 && outcome.acked > 20 * Self.inFlight, "\(finished.output.text)")
                try await wait(logger, for: outcome.acked)
                let ledger = try #require(try await ledger(logger))
                #expect(ledger.unique >= outcome.acked && ledger.unique <= outcome.sent + Self.inFlight)
                print("failover: \(outcome.acked) confirmed, \(ledger.duplicated) came twice and were known")
            }
        }
    }

    /// Waits until every member of the queue follows one leader and has what that one had when this was asked.
    ///
    /// A node that answers clients again need not have its queues back, and without it there is no majority when the next one is
    /// killed.
    private func awaitMembers(_ cluster: RabbitMQCluster) async throws {
        let answer = try await cluster.nodes[0].control(
            "eval",
            """
            Rows = fun() -> rabbit_quorum_queue:status(<<"/">>, <<"\(Self.queueName)">>) end,
            All = fun(Key, Members) -> [proplists:get_value(Key, Member) || Member <- Members] end,
            First = lists:max([Index || Index <- [0 | All(<<"Commit Index">>, Rows())], is_integer(Index)]),
            Wait = fun Wait(0) -> Rows(); Wait(Left) ->
                Members = Rows(),
                case lists:sort(All(<<"Raft State">>, Members)) =:= [follower, follower, leader]
                    andalso length(lists:usort(All(<<"Term">>, Members))) =:= 1
                    andalso lists:min(All(<<"Commit Index">>, Members)) >= First
                of
                    true -> all_there;
                    false -> timer:sleep(50), Wait(Left - 1)
                end
            end,
            Wait(1200).
            """)
        try #require(answer.contains("all_there"), "\(answer)")
    }

    /// A classic queue on the first node, as versions before the quorum queue for dead letters have left behind.
    private func leaveDeadLetters(of queue: String, on cluster: RabbitMQCluster) async throws {
        try await cluster.nodes[0].control(
            "eval",
            """
            rabbit_amqqueue:declare(
                rabbit_misc:r(<<"/">>, queue, <<"\(queue)-quorum-cluster.dead">>), true, false, [], none, <<"guest">>).
            """)
    }

    /// A logger whose queue for dead letters is on a node that is away consumes all the same.
    private func consumeWithoutDeadLetters(of queue: String, on cluster: RabbitMQCluster) async throws {
        try await withLogger(
            [], arguments: ["--listen", "amqp:quorum-cluster=\(url(cluster, from: 1))", "--amqp-queue", queue]
        ) { logger in
            let text = logger.program.errors.text
            let dead = "'\(queue)-quorum-cluster.dead'"
            // RabbitMQ 4 knows the queue's properties, though its node is away.
            let isUsedAsItIs = text.contains("has a queue \(dead) with other properties")
            #expect(text.contains("cannot reach the queue \(dead) for dead letters") || isUsedAsItIs, "\(text)")
        }
    }

    private func killNodes(_ scene: Scene) async throws {
        let (cluster, logger, sender) = (scene.cluster, scene.logger, scene.sender)
        try await wait(logger, for: 1000)
        let broker = try node(cluster, of: sender.errors, "connected to RabbitMQ")
        #expect(broker == cluster.nodes[0], "the first host is tried first")
        try await kill(broker, "the broker", in: scene)
        #expect(try node(cluster, of: sender.errors, "connected to RabbitMQ") == cluster.nodes[1], "then the next one")
        let doctor = try await runProgram(.brokerlab, ["doctor", "--amqp", cluster.url])
        for (index, node) in cluster.nodes.enumerated() {
            let line = doctor.output.lines.first { $0.contains(" \(node.address):\(node.port) (amqp)") }
            #expect(line?.hasPrefix(index == 0 ? "missing" : "ok") == true, "\(doctor.output.text)")
        }
        try await consumeWithoutDeadLetters(of: Self.other, on: cluster)
        try await broker.startAgain()
        try await awaitMembers(cluster)
        let consumer = try node(cluster, of: logger.program.errors, "connected to RabbitMQ")
        try await kill(consumer, "the logger", in: scene)
        try await consumer.startAgain()
        try await awaitMembers(cluster)
        // What a node has to say of itself: others could not answer rabbitmqctl, which listens at no port.
        let answer = try await cluster.nodes[2].control(
            "eval",
            """
            [proplists:get_value(<<"Node Name">>, M) || M <- rabbit_quorum_queue:status(<<"/">>, <<"\(Self.queueName)">>),
                proplists:get_value(<<"Raft State">>, M) =:= leader].
            """)
        let leader = try #require(cluster.nodes.first { answer.contains($0.name) }, "\(answer)")
        try await kill(leader, "the queue's leader", in: scene)
    }
}
