import ArgumentParser
import BenchmarkKit
import BenchmarkResults
import Broker

/// The networks of a benchmark: which of them can be had here, and a link for each round that goes over one.
struct BenchNetworks: Sendable {
    /// How links are made; nil where the suite has none.
    private var access: LinkAccess?
    /// What is left out, and why: lines.
    private(set) var missing: [String] = []

    /// The suite without what cannot be measured over its networks: the other cells can be.
    /// - Parameter given: the companions that are not started, by the names of their transports: they are where they are.
    /// - Throws: ``BenchmarkError`` and `ValidationError` where nothing is left; `CancellationError`.
    static func available(
        _ suite: Suite, given: [String: String]
    ) async throws -> (suite: Suite, networks: BenchNetworks) {
        var (suite, networks) = (suite, BenchNetworks())
        suite.behindLinks = suite.behindLinks?.filter { selector in
            given[String(selector.prefix { $0 != ":" })] == nil
        }
        if !suite.usedNetworks.contains(where: suite.hasRabbitMQ) { suite.rabbitMQSides = nil }
        let links = suite.usedNetworks.filter(\.isLink)
        let names = links.map(\.text).joined(separator: ", ")
        guard !links.isEmpty else { return (suite, networks) }
        let hasLoopback = suite.usedNetworks.contains(.loopback)
        do {
            networks.access = try await LinkAccess.find(for: link(LinkProperties()))
        } catch let error as BenchmarkError where hasLoopback {
            suite.leaveOutNetworks()
            // What goes wrong with a link has no cell without one.
            guard !suite.settings.isEmpty else { throw error }
            networks.missing = ["\(names) \(links.count == 1 ? "is" : "are") left out: \(error)"]
            return (suite, networks)
        }
        let left = suite.transports(in: Setting(network: links[0]))
        let local = suite.transports.filter { !left.contains($0) }
        guard !local.isEmpty else { return (suite, networks) }
        let reason = "over \(names): \(Self.reason(against: local, given))"
        let subject = "\(local.joined(separator: ", ")) \(local.count == 1 ? "is" : "are")"
        guard hasLoopback || !left.isEmpty else { throw ValidationError("\(subject) not measured \(reason).") }
        networks.missing = ["\(subject) left out \(reason)"]
        if left.isEmpty {
            suite.leaveOutNetworks()
        } else if !hasLoopback {
            suite.transports = left
            suite.baseline = suite.baseline.flatMap { left.contains($0) ? $0 : nil }
            suite.control = suite.control.flatMap { left.contains($0) ? $0 : nil }
        }
        return (suite, networks)
    }

    /// Why such transports have no cell over a network.
    private static func reason(against transports: [String], _ given: [String: String]) -> String {
        let names = Set(transports.map { String($0.prefix { $0 != ":" }) }).filter { given[$0] != nil }.sorted()
        guard names.isEmpty else {
            let flags = names.map { "--\($0)" }.joined(separator: ", ")
            return
                "what \(flags) names is where it is, and no link leads there; leave it out, so that bench starts its own at an "
                + "end of the link"
        }
        return "the nodes of a cluster are on loopback, where no link leads"
    }

    /// Those of the transports that a suite measures over loopback.
    static func onLoopback(_ suite: Suite, _ transports: [TransportDescriptor]) -> [TransportDescriptor] {
        let names = Set(suite.settings.filter { !$0.network.isLink }.flatMap(suite.transports(in:)))
        return transports.filter { names.contains($0.selector) }
    }

    /// The command that runs a link.
    static func link(_ properties: LinkProperties) throws -> PartyCommand {
        PartyCommand(executable: try BenchCommand.executable, arguments: ["link", properties.text])
    }

    /// Lends a link to the processes of a round.
    func lend(_ network: Network, to body: @escaping @Sendable (LinkProcess) async throws -> Void) async throws {
        guard let access, let properties = network.link else {
            throw BenchmarkError("there is no link for the network \(network.text)")
        }
        try await LinkProcess.run(Self.link(properties), access, body)
    }
}

extension Suite {
    /// Leaves loopback alone.
    fileprivate mutating func leaveOutNetworks() {
        (networks, rabbitMQSides) = (nil, nil)
    }
}
