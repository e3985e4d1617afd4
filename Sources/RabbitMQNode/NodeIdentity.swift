/// What a private node is called, and where it listens.
struct NodeIdentity: Sendable, Hashable {
    /// What Erlang calls it: `brokerlab-PORT@localhost`.
    var name: String
    /// The address of loopback that all its ports are at.
    var address: String
    /// The port for clients.
    var port: Int
    /// The port for clients that speak TLS; nil where there is none.
    var tlsPort: Int?
    /// The port for other nodes, and for RabbitMQ's command line tools.
    var distributionPort: Int
    /// The nodes of the cluster, itself included; none where it is alone.
    var cluster: [Member] = []

    /// A node of a cluster as the others know it.
    struct Member: Sendable, Hashable {
        var name: String
        var address: String
    }

    /// A node that is alone.
    /// - Parameter speaksTLS: whether it has a port for clients that speak TLS.
    static func alone(speaksTLS: Bool) throws(RabbitMQNodeError) -> NodeIdentity {
        let ports = try FreePorts.find(speaksTLS ? 3 : 2, at: ["127.0.0.1"])
        return NodeIdentity(
            name: "brokerlab-\(ports[0])@localhost", address: "127.0.0.1", port: ports[0],
            tlsPort: speaksTLS ? ports[2] : nil, distributionPort: ports[1])
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
                name: $0.name, address: $0.address, port: ports[0], tlsPort: speaksTLS ? ports[2] : nil,
                distributionPort: ports[1], cluster: members)
        }
    }

    /// Whether the name has an address behind its `@`, which Erlang calls a long name.
    var isLongName: Bool { !cluster.isEmpty }

    /// The address as Erlang writes it: `{127,0,0,1}`.
    var addressTuple: String { Self.tuple(address) }

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
    /// Whether something listens at the port for TLS; true where there is none.
    var listensForTLS: Bool {
        get async throws {
            guard let tlsPort else { return true }
            return try await RabbitMQGreeting.isListening(at: address, port: tlsPort)
        }
    }
}
