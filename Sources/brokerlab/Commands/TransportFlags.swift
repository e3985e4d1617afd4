import ArgumentParser
import Broker

/// The flags for what each transport alone can be told, as the registry declares it: `--amqp-prefetch`.
protocol TransportFlags: DeclaredFlags {
    /// Who is told.
    static var half: TransportHalf { get }
}

/// What a command that receives can tell each transport.
struct TransportServerFlags: TransportFlags {
    static let half = TransportHalf.logger
    var given: [String: String] = [:]
}

/// What a command that sends can tell each transport.
struct TransportClientFlags: TransportFlags {
    static let half = TransportHalf.broker
    var given: [String: String] = [:]
}

extension TransportFlags {
    static var flags: [DeclaredFlag] {
        TransportRegistry.defaults.flatMap { transport in
            options(of: transport).map { option in
                DeclaredFlag(name: transport.flag(for: option.name), valueName: option.valueName, help: option.help)
            }
        }
    }

    private static func options(of transport: TransportDescriptor) -> [any TransportOptionDeclaration] {
        transport.options.filter { $0.half == half }
    }

    func validate() throws {
        for transport in TransportRegistry.defaults { _ = try settings(for: transport) }
    }

    /// What was told of a transport.
    /// - Throws: a `ValidationError` that names the flag, and what is allowed.
    func settings(for transport: TransportDescriptor) throws -> TransportSettings {
        var settings = TransportSettings()
        for option in Self.options(of: transport) {
            let flag = transport.flag(for: option.name)
            guard let text = given[flag] else { continue }
            guard settings.set(option, to: text) else {
                throw ValidationError("--\(flag) takes \(option.allowed), not '\(text)'.")
            }
        }
        return settings
    }

    /// What the reader of an outcome has to know of what was told, by the flag's name.
    func remarks(on transport: TransportDescriptor) -> [(flag: String, text: String)] {
        Self.options(of: transport).compactMap { option in
            let flag = transport.flag(for: option.name)
            guard given[flag] != nil, let remark = option.remark else { return nil }
            return (flag, remark)
        }
    }
}

extension TransportDescriptor {
    /// The name of the flag for one of its options, without dashes.
    func flag(for option: String) -> String { "\(name)-\(option)" }
}
