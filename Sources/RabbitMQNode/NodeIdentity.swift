import Glibc

/// What a private node is called, and where it listens.
struct NodeIdentity: Sendable, Hashable {
    /// What Erlang calls it: `brokerlab-PORT@localhost`.
    var name: String
    /// The address that its ports for clients are at.
    var address: String
    /// The address of loopback that its port for other nodes is at.
    var distributionAddress: String
    /// The port for clients.
    var port: Int
    /// The port for clients that speak TLS; nil where there is none.
    var tlsPort: Int?
    /// The port for other nodes, and for RabbitMQ's command line tools.
    var distributionPort: Int
    /// The nodes of the cluster, itself included; none where it is alone.
    var cluster: [Member] = []
    /// The network that the addresses are of; nil is that of this process.
    var place: NodePlace?

    /// A node of a cluster as the others know it.
    struct Member: Sendable, Hashable {
        var name: String
        var address: String
    }

    /// A node that is alone.
    /// - Parameters:
    ///   - speaksTLS: whether it has a port for clients that speak TLS.
    ///   - place: a network of its own, in which no port is taken; nil is this process's loopback.
    static func alone(speaksTLS: Bool, at place: NodePlace?) throws(RabbitMQNodeError) -> NodeIdentity {
        if let place {
            return NodeIdentity(
                name: "brokerlab-5672@localhost", address: place.address, distributionAddress: "127.0.0.1", port: 5672,
                tlsPort: speaksTLS ? 5671 : nil, distributionPort: 25_672, place: place)
        }
        let ports = try FreePorts.find(speaksTLS ? 3 : 2, at: ["127.0.0.1"])
        return NodeIdentity(
            name: "brokerlab-\(ports[0])@localhost", address: "127.0.0.1", distributionAddress: "127.0.0.1",
            port: ports[0], tlsPort: speaksTLS ? ports[2] : nil, distributionPort: ports[1])
    }

    /// The nodes of a cluster.
    ///
    /// Each has an address of its own, so that all can have the same port for the others: no epmd is needed to tell them.
    /// 127.0.0.0/8 is loopback as a whole (RFC 1122, 3.2.1.3).
    /// - Parameter speaksTLS: whether each has a port for clients that speak TLS.
    static func cluster(of count: Int, speaksTLS: Bool) throws(RabbitMQNodeError) -> [NodeIdentity] {
        let addresses = (2..<count + 2).map { "127.0.0.\($0)" }
        let ports = try FreePorts.find(speaksTLS ? 3 : 2, at: addresses)
        let members = addresses.map { Member(name: "brokerlab-\(ports[0])@\($0)", address: $0) }
        return members.map {
            NodeIdentity(
                name: $0.name, address: $0.address, distributionAddress: $0.address, port: ports[0],
                tlsPort: speaksTLS ? ports[2] : nil, distributionPort: ports[1], cluster: members)
        }
    }

    /// Whether the name has an address behind its `@`, which Erlang calls a long name.
    var isLongName: Bool { !cluster.isEmpty }

    /// The address for other nodes as Erlang writes it: `{127,0,0,1}`.
    var distributionTuple: String { Self.tuple(distributionAddress) }

    /// What Erlang knows of hosts: no helper process for names is needed, since there are only these.
    var hosts: String {
        let known = [("localhost", "127.0.0.1")] + cluster.map { ($0.address, $0.address) }
        return "{lookup, [file]}.\n" + known.map { "{host, \(Self.tuple($0.1)), [\"\($0.0)\"]}.\n" }.joined()
    }

    private static func tuple(_ address: String) -> String {
        "{" + address.split(separator: ".").joined(separator: ",") + "}"
    }
}

extension NodeIdentity {
    /// The version that it says it is; nil where it does not answer yet.
    var greeting: String? {
        get async throws {
            guard let place else { return try await RabbitMQGreeting.hear(at: address, port: port) }
            guard let socket = try await socket(to: port, of: place) else { return nil }
            defer { close(socket) }
            return try await RabbitMQGreeting.hear(on: socket)
        }
    }

    private func socket(to port: Int, of place: NodePlace) async throws -> Int32? {
        do {
            return try await place.connect(port)
        } catch {
            // As long as nothing listens.
            try Task.checkCancellation()
            return nil
        }
    }

    /// Whether something listens at the port for TLS; true where there is none.
    var listensForTLS: Bool {
        get async throws {
            guard let tlsPort else { return true }
            guard let place else { return try await RabbitMQGreeting.isListening(at: address, port: tlsPort) }
            guard let socket = try await socket(to: tlsPort, of: place) else { return false }
            close(socket)
            return true
        }
    }
}
