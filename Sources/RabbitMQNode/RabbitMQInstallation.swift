import Glibc

/// A RabbitMQ on this machine: where its start script and its plugins are.
package struct RabbitMQInstallation: Sendable, Hashable {
    /// The environment variable that names the `rabbitmq-server` script to use; without it, RabbitMQ is searched for.
    package static let environmentVariable = "BROKERLAB_RABBITMQ_SERVER"
    /// The command that installs RabbitMQ.
    package static let installCommand = "apt-get install rabbitmq-server"

    /// The oldest version that is known to start without an epmd.
    private static let oldest = [3, 8]

    /// The folder that holds `sbin` and `plugins`.
    let home: String
    /// RabbitMQ's version: `3.10.8`.
    package let version: String

    /// Finds RabbitMQ: the one that ``environmentVariable`` names, or else Debian's, or else the one in the `PATH`.
    /// - Throws: ``RabbitMQNodeError`` when there is none or it is too old.
    package static func find() throws(RabbitMQNodeError) -> RabbitMQInstallation {
        try find(named: environment(environmentVariable), searchPath: environment("PATH") ?? "")
    }

    static func find(named: String?, searchPath: String) throws(RabbitMQNodeError) -> RabbitMQInstallation {
        if let named, !named.isEmpty {
            guard let found = RabbitMQInstallation(script: named) else {
                throw RabbitMQNodeError(
                    "RabbitMQ is missing: \(environmentVariable) is '\(named)', which is not the rabbitmq-server of an "
                        + "installation. Correct it or unset it; what installs RabbitMQ is: \(installCommand)")
            }
            return try found.checkedForAge()
        }
        let folders = ["/usr/lib/rabbitmq/bin"] + searchPath.split(separator: ":").map(String.init)
        for folder in folders {
            guard let found = RabbitMQInstallation(script: folder + "/rabbitmq-server") else { continue }
            return try found.checkedForAge()
        }
        throw RabbitMQNodeError(
            "RabbitMQ is not installed: no rabbitmq-server in /usr/lib/rabbitmq/bin or the PATH. "
                + "Install it (\(installCommand)); bench can use one that runs elsewhere, too (--amqp URL).")
    }

    /// The installation that a start script belongs to; nil if it belongs to none.
    private init?(script: String) {
        // Debian's wrapper in /usr/sbin switches to another user and to its folders; what it wraps lies beside its file.
        let beside = Files.resolve(script).flatMap(Files.folder).map { $0 + "/rabbitmq-server" }
        for candidate in [script, beside].compactMap({ $0 }) {
            guard let file = Files.resolve(candidate), access(file, X_OK) == 0,
                let home = Files.folder(of: file).flatMap(Files.folder), let version = Self.version(in: home)
            else { continue }
            self.home = home
            self.version = version
            return
        }
        return nil
    }

    private func checkedForAge() throws(RabbitMQNodeError) -> RabbitMQInstallation {
        let numbers = version.split(separator: ".").prefix(2).map { Int($0) ?? 0 }
        guard !numbers.lexicographicallyPrecedes(Self.oldest) else {
            throw RabbitMQNodeError(
                "RabbitMQ \(version) in \(home) is too old; 3.8 or later is needed: \(Self.installCommand)")
        }
        return self
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The start script.
    package var script: String { home + "/sbin/rabbitmq-server" }

    /// The version, by the name of the plugin that is RabbitMQ itself: `rabbit-3.10.8`.
    private static func version(in home: String) -> String? {
        plugins(in: home)["rabbit"].map { String($0.dropFirst("rabbit-".count)) }
    }

    /// The folders in `plugins` by the name of their application.
    private static func plugins(in home: String) -> [Substring: String] {
        let names = Files.list(home + "/plugins").filter { $0.contains("-") }
        return Dictionary(names.map { ($0.prefix { $0 != "-" }, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The folders in `plugins` that RabbitMQ and those of `names` need, themselves included; nil if that cannot be told.
    ///
    /// The names are read from the `applications` of the application resource files (Erlang's `app(4)`).
    func plugins(with names: [String]) -> [String]? {
        let plugins = Self.plugins(in: home)
        var needed: Set<String> = []
        var open = ["rabbit"] + names.map { $0[...] }
        while let application = open.popLast() {
            // What is not among the plugins belongs to Erlang.
            guard let folder = plugins[application], needed.insert(folder).inserted else { continue }
            guard let dependencies = Self.dependencies("\(home)/plugins/\(folder)/ebin/\(application).app") else {
                return nil
            }
            open += dependencies
        }
        return needed.isEmpty ? nil : needed.sorted()
    }

    private static func dependencies(_ file: String) -> [Substring]? {
        guard let text = Files.read(file) else { return nil }
        let packed = text.filter { !$0.isWhitespace }
        guard let key = packed.firstRange(of: "{applications,["),
            let end = packed[key.upperBound...].firstIndex(of: "]")
        else { return nil }
        return packed[key.upperBound..<end].split(separator: ",")
    }
}
