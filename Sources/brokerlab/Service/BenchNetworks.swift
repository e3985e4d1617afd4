import ArgumentParser
import BenchmarkKit
import BenchmarkResults

/// The networks of a benchmark: which of them can be had here, and a link for each round that goes over one.
struct BenchNetworks: Sendable {
    /// How links are made; nil where the suite has none.
    private var access: LinkAccess?
    /// What is left out, and why: lines.
    private(set) var missing: [String] = []

    /// The suite without what cannot be measured over its networks: the other cells can be.
    /// - Throws: ``BenchmarkError`` and `ValidationError` where nothing is left; `CancellationError`.
    static func available(_ suite: Suite) async throws -> (suite: Suite, networks: BenchNetworks) {
        var (suite, networks) = (suite, BenchNetworks())
        let links = suite.usedNetworks.filter(\.isLink)
        let names = links.map(\.text).joined(separator: ", ")
        guard !links.isEmpty else { return (suite, networks) }
        let hasLoopback = suite.usedNetworks.contains(.loopback)
        do {
            networks.access = try await LinkAccess.find(for: link(LinkProperties()))
        } catch let error as BenchmarkError where hasLoopback {
            suite.networks = nil
            networks.missing = ["\(names) \(links.count == 1 ? "is" : "are") left out: \(error)"]
            return (suite, networks)
        }
        let left = suite.transports(in: Setting(network: links[0]))
        let local = suite.transports.filter { !left.contains($0) }
        guard !local.isEmpty else { return (suite, networks) }
        let reason =
            "over \(names): what works between \(local.count == 1 ? "its" : "their") halves is on loopback, where no link leads"
        let subject = "\(local.joined(separator: ", ")) \(local.count == 1 ? "is" : "are")"
        guard hasLoopback || !left.isEmpty else { throw ValidationError("\(subject) not measured \(reason).") }
        networks.missing = ["\(subject) left out \(reason)"]
        if left.isEmpty {
            suite.networks = nil
        } else if !hasLoopback {
            suite.transports = left
            suite.baseline = suite.baseline.flatMap { left.contains($0) ? $0 : nil }
            suite.control = suite.control.flatMap { left.contains($0) ? $0 : nil }
        }
        return (suite, networks)
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
