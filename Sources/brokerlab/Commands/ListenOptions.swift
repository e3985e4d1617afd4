import ArgumentParser
import Broker

/// Where a logger is to take entries, over which transports.
struct ListenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take entries over the transport NAME at ADDR: HOST:PORT, unix:/PATH, unix:@NAME, or what the transport has for it; can "
                + "be repeated. The names: \(choice). --NAME ADDR is short for it.",
            valueName: "name=addr"))
    var listen: [String] = []

    @OptionGroup var shortForms: ListenFlags

    @Option(
        help: ArgumentHelp(
            "Variants of a transport to serve beside its default, separated by commas, where they need a receiver of "
                + "their own\(ownServers.isEmpty ? "" : ": " + ownServers.joined(separator: ", ")). A queue that they consume "
                + "from has the variant behind its name.",
            valueName: "names"))
    var also: String?

    private static var ownServers: [String] { TransportRegistry.all.filter(\.needsOwnServer).map(\.selector) }
    private static var choice: String {
        (TransportRegistry.defaults.map(\.selector) + ownServers).joined(separator: ", ")
    }

    /// What to serve and where, in the registry's order; without any flag, every transport that needs no companion, where it is by
    /// default.
    /// - Throws: a `ValidationError` that names the flag.
    func receivers() throws -> [(transport: TransportDescriptor, target: String)] {
        var targets = try asked()
        let others = try alsoServed()
        if targets.isEmpty {
            for transport in TransportRegistry.defaults where transport.companion == nil {
                targets[transport.selector] = transport.defaultTarget
            }
        }
        for selector in others {
            let transport = try receiver(selector, of: "--also")
            targets[selector] = targets[selector] ?? targets[transport.name]
        }
        return TransportRegistry.all.compactMap { transport in
            targets[transport.selector].map { (transport, $0) }
        }
    }

    /// The targets that flags name, by selector.
    private func asked() throws -> [String: String] {
        var targets = shortForms.given
        for text in listen {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("--listen takes NAME=ADDR, such as \(example), not '\(text)'.")
            }
            _ = try receiver(parts[0], of: "--listen")
            guard targets.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw ValidationError("--listen: '\(parts[0])' has an address already; give each transport one.")
            }
        }
        return targets
    }

    private var example: String {
        TransportRegistry.defaults.first.map { "\($0.name)=\($0.defaultTarget)" } ?? "NAME=ADDR"
    }

    private func alsoServed() throws -> [String] {
        let selectors = (also ?? "").split(separator: ",").map(String.init)
        for selector in selectors where try !receiver(selector, of: "--also").needsOwnServer {
            throw ValidationError("--also is for variants: '\(selector)' is a transport; give it an address.")
        }
        return selectors
    }

    /// The transport of that selector, if a logger has a receiver for it.
    private func receiver(_ selector: String, of flag: String) throws -> TransportDescriptor {
        let transport = try TransportRegistry.transport(named: selector)
        guard transport.receiver == transport.selector else {
            throw ValidationError(
                "\(flag): '\(selector)' needs no receiver of its own; '\(transport.name)' serves it.")
        }
        return transport
    }
}

/// The short forms of `--listen`: `--tcp ADDR`.
struct ListenFlags: DeclaredFlags {
    static var flags: [DeclaredFlag] {
        TransportRegistry.defaults.map { transport in
            let help =
                transport.companion.map { "The \($0.name) to consume from." }
                ?? "Where to take entries over \(transport.name) (\(transport.summary))."
            return DeclaredFlag(
                name: transport.name, valueName: transport.companion == nil ? "addr" : "url", help: help)
        }
    }

    var given: [String: String] = [:]
}
