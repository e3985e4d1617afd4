import Glibc

/// A RabbitMQ on this machine: where its start script and its plugins are.
struct Installation: Hashable {
    /// The oldest version that is known to start without an epmd.
    private static let oldest = [3, 8]

    /// The folder that holds `sbin` and `plugins`.
    var home: String

    /// Finds RabbitMQ.
    ///
    /// Debian's wrapper in `/usr/sbin` switches to another user and to its folders, so what it wraps comes first.
    static func find() throws(RabbitMQNodeError) -> Installation {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = ["/usr/lib/rabbitmq/bin"] + path.split(separator: ":").map(String.init)
        for folder in folders {
            guard let script = Files.resolve(folder + "/rabbitmq-server"), let bin = script.lastIndex(of: "/"),
                let home = script[..<bin].lastIndex(of: "/")
            else { continue }
            let found = Installation(home: String(script[..<home]))
            guard let version = found.version else { continue }
            let numbers = version.split(separator: ".").prefix(2).map { Int($0) ?? 0 }
            guard !numbers.lexicographicallyPrecedes(oldest) else {
                throw RabbitMQNodeError("RabbitMQ \(version) in \(found.home) is too old; 3.8 or later is needed")
            }
            return found
        }
        throw RabbitMQNodeError(
            "RabbitMQ is not installed: no rabbitmq-server in /usr/lib/rabbitmq/bin or the PATH. "
                + "Install it (apt-get install rabbitmq-server), or give the URL of one that runs.")
    }

    /// The start script.
    var script: String { home + "/sbin/rabbitmq-server" }

    /// The version, by the name of the plugin that is RabbitMQ itself: `rabbit-3.10.8`.
    var version: String? {
        plugins["rabbit"].map { String($0.dropFirst("rabbit-".count)) }
    }

    /// The folders in `plugins` by the name of their application.
    private var plugins: [Substring: String] {
        let names = Files.list(home + "/plugins").filter { $0.contains("-") }
        return Dictionary(names.map { ($0.prefix { $0 != "-" }, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The folders in `plugins` that RabbitMQ itself needs, itself included; nil if that cannot be told.
    ///
    /// The names are read from the `applications` of the application resource files (Erlang's `app(4)`).
    var neededPlugins: [String]? {
        let plugins = plugins
        var needed: Set<String> = []
        var open: [Substring] = ["rabbit"]
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
