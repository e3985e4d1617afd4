import Glibc
import RabbitMQNode
import Testing

/// A private node comes and goes without a trace.
@Suite(.serialized, .timeLimit(.minutes(3))) struct RunningNodeTests {
    private struct Unwanted: Error {}

    private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether something answers on a port of loopback.
    private func listens(_ port: Int, at address: String = "127.0.0.1") -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var sockaddr = sockaddr_in()
        sockaddr.sin_family = sa_family_t(AF_INET)
        sockaddr.sin_port = UInt16(port).bigEndian
        inet_pton(AF_INET, address, &sockaddr.sin_addr)
        return withUnsafePointer(to: &sockaddr) {
            $0.withMemoryRebound(to: Glibc.sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        } == 0
    }

    /// The processes whose command line or environment names the folder.
    private func processes(naming folder: String) -> [String] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard Int(name) != nil else { continue }
            for file in ["cmdline", "environ"] where text(of: "/proc/\(name)/\(file)").contains(folder) {
                found.append(name)
                break
            }
        }
        return found
    }

    private func text(of path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256 * 1024)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Three that are one, each at an address of its own, and nothing of them is left, though one was killed.
    @Test func aClusterComesAndGoes() async throws {
        let cluster = try await withRabbitMQCluster(of: 3) { cluster in
            #expect(cluster.nodes.count == 3 && Set(cluster.nodes.map(\.processID)).count == 3)
            let hosts = cluster.nodes.map { "\($0.address):\($0.port)" }
            #expect(hosts == (2...4).map { "127.0.0.\($0):\(cluster.nodes[0].port)" })
            #expect(cluster.url == "amqp://guest:guest@" + hosts.joined(separator: ","))
            for node in cluster.nodes {
                #expect(listeningAddresses(of: node).allSatisfy { $0.hasPrefix(hexadecimal(node.address) + ":") })
                let status = try await node.control("cluster_status", "--formatter", "json")
                for other in cluster.nodes { #expect(status.contains(other.name)) }
            }
            try await classicQueuesAreOfVersion2(at: cluster.nodes[0])
            try await leadersOfAQueue(of: cluster)
            return cluster
        }
        for node in cluster.nodes { expectGone(node) }
    }

    private func classicQueuesAreOfVersion2(at node: RunningNode) async throws {
        let printed = try await node.control(
            "eval",
            """
            Name = rabbit_misc:r(<<"/">>, queue, <<"classic">>),
            rabbit_amqqueue:declare(Name, true, false, [], none, <<"guest">>),
            {ok, Queue} = rabbit_amqqueue:lookup(Name),
            [{_, Status}] = rabbit_amqqueue:info(Queue, [backing_queue_status]),
            {version, proplists:get_value(version, Status)}.
            """)
        #expect(printed.contains("{version,2}"), "\(printed)")
    }

    /// A quorum queue is led by the node that it was declared at, by another one that it is handed over to, and by a third one when
    /// that one is killed.
    private func leadersOfAQueue(of cluster: RabbitMQCluster) async throws {
        let (home, queue) = (cluster.nodes[0], "it's \"led\"")
        await #expect(throws: RabbitMQNodeError.self) { try await home.leader(ofQueue: queue) }
        let name = queue.utf8.map(String.init).joined(separator: ",")
        try await home.control(
            "eval",
            """
            rabbit_amqqueue:declare(
                rabbit_misc:r(<<"/">>, queue, <<\(name)>>), true, false,
                [{<<"x-queue-type">>, longstr, <<"quorum">>}], none, <<"guest">>).
            """)
        #expect(try await home.leader(ofQueue: queue) == home.name)
        try await home.leaveLead(ofQueue: queue)
        let second = try await home.leader(ofQueue: queue)
        let leader = try #require(cluster.nodes.first { $0.name == second && $0 != home })
        try await home.leaveLead(ofQueue: queue)
        #expect(try await home.leader(ofQueue: queue) == second)
        try await leader.kill()
        // Until they have elected one, nobody says who it is.
        var third: String?
        while third == nil || third == second {
            third = try? await home.leader(ofQueue: queue)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(cluster.nodes.contains { $0.name == third })
    }

    private func hexadecimal(_ address: String) -> String {
        address.split(separator: ".").reversed().map { String(Int($0) ?? 0, radix: 16, uppercase: true) }
            .map { $0.count < 2 ? "0" + $0 : $0 }.joined()
    }

    /// What a node logs is in its file a little later.
    private func expectLogged(_ line: String, by node: RunningNode) async {
        let limit = ContinuousClock.now + .seconds(20)
        while !text(of: node.logFile).contains(line), ContinuousClock.now < limit {
            try? await Task.sleep(for: .milliseconds(20))
        }
        #expect(text(of: node.logFile).contains(line))
    }

    private func expectGone(_ node: RunningNode) {
        #expect(!exists("/proc/\(node.processID)"))
        #expect(!exists(node.folder))
        #expect(!listens(node.port, at: node.address))
        #expect(processes(naming: node.folder) == [])
    }

    @Test func startsAndStopsWithoutATrace() async throws {
        let node = try await withRabbitMQ { node in
            #expect(node.version.split(separator: ".").count == 3)
            #expect(node.url == "amqp://guest:guest@127.0.0.1:\(node.port)")
            #expect(text(of: "/proc/\(node.processID)/comm") == "beam.smp\n")
            #expect(exists(node.logFile))
            #expect(listens(node.port))
            #expect(processes(naming: node.folder).count >= 2)
            return node
        }
        expectGone(node)
    }

    /// It is told so at once, and told otherwise when that is over.
    @Test func hasAMemoryAlarm() async throws {
        try await withRabbitMQ { node in
            try await node.withMemoryAlarm {
                await expectLogged("memory resource limit alarm set", by: node)
                #expect(!text(of: node.logFile).contains("memory resource limit alarm cleared"))
            }
            await expectLogged("memory resource limit alarm cleared", by: node)
        }
    }

    /// One that is killed leaves nothing of its own, and has another process afterwards.
    @Test func isKilledAndStartedAgain() async throws {
        try await withRabbitMQ { node in
            #expect(node.latestProcessID == node.processID)
            try await node.kill()
            #expect(!listens(node.port))
            try await node.startAgain()
            #expect(listens(node.port))
            let next = try #require(node.latestProcessID)
            #expect(next != node.processID && text(of: "/proc/\(next)/comm") == "beam.smp\n")
        }
    }

    /// All sockets that the Erlang process listens on.
    @Test func listensOnLoopbackOnly() async throws {
        try await withRabbitMQ { node in
            let addresses = listeningAddresses(of: node)
            #expect(addresses.count >= 1)
            #expect(addresses.allSatisfy { $0.hasPrefix("0100007F:") })
        }
    }

    private func listeningAddresses(of node: RunningNode) -> [Substring] {
        var inodes: Set<String> = []
        for descriptor in 0..<200 {
            var link = [CChar](repeating: 0, count: 256)
            guard readlink("/proc/\(node.processID)/fd/\(descriptor)", &link, 255) > 0 else { continue }
            let target = String(decoding: link.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if target.hasPrefix("socket:[") { inodes.insert(String(target.dropFirst(8).dropLast())) }
        }
        // proc(5): sl, local_address, rem_address, st (0A: listening), ..., inode as the tenth.
        var addresses: [Substring] = []
        for line in (text(of: "/proc/net/tcp") + text(of: "/proc/net/tcp6")).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", inodes.contains(String(fields[9])) else { continue }
            addresses.append(fields[1])
        }
        return addresses
    }

    @Test func stopsWhenTheBodyThrows() async throws {
        var seen: RunningNode?
        await #expect(throws: Unwanted.self) {
            try await withRabbitMQ { node in
                seen = node
                throw Unwanted()
            }
        }
        expectGone(try #require(seen))
    }

    @Test func stopsWhenCancelled() async throws {
        let (started, continuation) = AsyncStream.makeStream(of: RunningNode.self)
        let task = Task {
            try await withRabbitMQ { node in
                continuation.yield(node)
                try await Task.sleep(for: .seconds(3600))
            }
        }
        var iterator = started.makeAsyncIterator()
        let node = try #require(await iterator.next())
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        expectGone(node)
    }

    @Test func stopsWhenCancelledBeforeItIsReady() async throws {
        let directory = try temporaryFolder()
        defer { rmdir(directory) }
        let task = Task { try await withRabbitMQ(RabbitMQOptions(directory: directory)) { _ in } }
        while processes(naming: directory).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // It is not asked to stop by itself, to which it would not listen yet.
        #expect(ContinuousClock.now - start < RabbitMQOptions().stopTimeout)
        #expect(processes(naming: directory) == [])
        #expect(rmdir(directory) == 0)
    }

    @Test func saysWhyItDoesNotStart() async throws {
        let directory = try temporaryFolder()
        let error = await #expect(throws: RabbitMQNodeError.self) {
            try await withRabbitMQ(
                RabbitMQOptions(directory: directory, configuration: ["no_such_setting = 1"])
            ) { _ in }
        }
        #expect(error?.description.contains("no_such_setting") == true)
        #expect(rmdir(directory) == 0)
    }

    private func temporaryFolder() throws -> String {
        var path = Array("/tmp/brokerlab-test-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&path))
        return String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
