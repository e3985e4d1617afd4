/// The folder of a private node, with all that the node is told.
struct NodeFolder {
    static let log = "log"
    static let process = "process"
    static let status = "status"
    /// There when the node is to be killed without a chance to stop by itself.
    static let impatience = "impatience"

    let path: String
    /// The start script to run.
    let script: String
    /// What the node is called, and where it listens.
    let identity: NodeIdentity
    /// The script of `rabbitmqctl`.
    let control: String

    /// Makes the folder.
    /// - Parameter onlyNeeded: leave the plugins that are not asked for out of the node's sight. Erlang looks for each of a
    ///   thousand modules in one plugin folder after the other: with 20 of them instead of 70 it starts in half the time.
    /// - Parameter cookie: what nodes of one cluster know each other by; nil for one that the node makes up.
    init(
        _ installation: RabbitMQInstallation, _ identity: NodeIdentity, options: RabbitMQOptions, onlyNeeded: Bool,
        cookie: String? = nil
    ) throws(RabbitMQNodeError) {
        self.identity = identity
        path = try Files.makeTemporaryFolder(in: options.directory, prefix: "brokerlab-rabbitmq-")
        do {
            control = installation.home + "/sbin/rabbitmqctl"
            if onlyNeeded, let plugins = installation.plugins(with: options.plugins) {
                let home = path + "/home"
                try Files.makeFolder(home)
                try Files.makeFolder(home + "/plugins")
                try Files.link(home + "/sbin", to: installation.home + "/sbin")
                for plugin in plugins {
                    try Files.link("\(home)/plugins/\(plugin)", to: "\(installation.home)/plugins/\(plugin)")
                }
                script = home + "/sbin/rabbitmq-server"
            } else {
                script = installation.script
            }
            try Files.write(path + "/rabbitmq.conf", Self.configuration(identity, options))
            try Files.write(path + "/advanced.config", Self.advancedConfiguration(options))
            try Files.write(path + "/enabled_plugins", "[\(options.plugins.joined(separator: ","))].\n")
            try Files.write(path + "/inetrc", identity.hosts)
            // Erlang takes only one that nobody else may read.
            if let cookie { try Files.write(path + "/.erlang.cookie", cookie, mode: 0o400) }
        } catch {
            Files.remove(path)
            throw error
        }
    }

    private static func configuration(_ identity: NodeIdentity, _ options: RabbitMQOptions) -> String {
        let lines = [
            "listeners.tcp.1 = \(identity.address):\(identity.port)", "log.console = true", "log.file = false",
        ]
        // Whoever reaches an end of a link has started it; guest is from loopback only unless told otherwise.
        let users = identity.place == nil ? [] : ["loopback_users = none"]
        let members = identity.cluster.enumerated().map {
            "cluster_formation.classic_config.nodes.\($0 + 1) = \($1.name)"
        }
        let formation = members.isEmpty ? [] : ["cluster_formation.peer_discovery_backend = classic_config"] + members
        return (lines + users + formation + tls(identity, options) + options.configuration).joined(separator: "\n")
            + "\n"
    }

    /// What has the node listen for TLS 1.3 as well, and ask nobody for a certificate.
    private static func tls(_ identity: NodeIdentity, _ options: RabbitMQOptions) -> [String] {
        guard let tls = options.tls, let port = identity.tlsPort else { return [] }
        return [
            "listeners.ssl.1 = \(identity.address):\(port)", "ssl_options.cacertfile = \(tls.authorityFile)",
            "ssl_options.certfile = \(tls.certificateFile)", "ssl_options.keyfile = \(tls.keyFile)",
            "ssl_options.verify = verify_none", "ssl_options.fail_if_no_peer_cert = false",
            "ssl_options.versions.1 = tlsv1.3",
        ]
    }

    /// What is said in Erlang's terms.
    ///
    /// Classic queues are of version 2, as all are from 4.0 on, which does not know the setting; in `rabbitmq.conf` such a one
    /// would keep it from starting.
    static func advancedConfiguration(_ options: RabbitMQOptions) -> String {
        let settings = ["{classic_queue_default_version, 2}"] + mutualTLS(options)
        return "[{rabbit, [\(settings.joined(separator: ", "))]}].\n"
    }

    /// What ``tls(_:_:)`` says, for a node that asks some for a certificate, by the name that they call it by: `rabbitmq.conf` has
    /// no words for that, and what is said of `ssl_options` here takes the place of all that is said of them there.
    private static func mutualTLS(_ options: RabbitMQOptions) -> [String] {
        guard let tls = options.tls, let name = tls.mutualName else { return [] }
        return [
            """
            {ssl_options, [
                {cacertfile, \(erlangText(tls.authorityFile))},
                {certfile, \(erlangText(tls.certificateFile))},
                {keyfile, \(erlangText(tls.keyFile))},
                {versions, ['tlsv1.3']},
                {verify, verify_none},
                {fail_if_no_peer_cert, false},
                {sni_hosts, [{\(erlangText(name)), [{verify, verify_peer}, {fail_if_no_peer_cert, true}]}]}
            ]}
            """
        ]
    }

    /// A text as Erlang reads it.
    private static func erlangText(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// The node's whole environment.
    ///
    /// Nothing is inherited, so that no setting of the machine's own RabbitMQ gets in.
    func environment(searchPath: String) -> [String: String] {
        var environment = [
            "PATH": searchPath, "LANG": "C.UTF-8",
            // Erlang keeps its cookie in HOME.
            "HOME": path,
            "RABBITMQ_NODENAME": identity.name,
            "RABBITMQ_NODE_PORT": "\(identity.port)",
            "RABBITMQ_NODE_IP_ADDRESS": identity.address,
            "RABBITMQ_DIST_PORT": "\(identity.distributionPort)",
            "RABBITMQ_CONF_ENV_FILE": path + "/rabbitmq-env.conf",
            "RABBITMQ_CONFIG_FILE": path + "/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": path + "/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": path + "/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": path + "/mnesia",
            "RABBITMQ_LOG_BASE": path + "/logs",
            "RABBITMQ_GENERATED_CONFIG_DIR": path + "/generated",
            "RABBITMQ_FEATURE_FLAGS_FILE": path + "/feature_flags",
            "RABBITMQ_PID_FILE": path + "/pid",
            "ERL_CRASH_DUMP": "/dev/null",
            "ERL_INETRC": path + "/inetrc",
            // Keeps the start script from staying around as a second process, the Erlang one's parent.
            "RUNNING_UNDER_SYSTEMD": "true",
            // Erlang's own port on loopback, and distribution without an epmd: a name that is set before RabbitMQ starts,
            // and a port that needs no looking up.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-kernel inet_dist_use_interface \(identity.distributionTuple) \(identity.isLongName ? "-name" : "-sname") "
                + "\(identity.name) -erl_epmd_port \(identity.distributionPort)",
            // For every Erlang there: once a minute RabbitMQ starts a further one, only to have an epmd started, which would
            // listen on every interface and stay.
            "ERL_ZFLAGS": "-start_epmd false",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        ]
        if identity.isLongName { environment["RABBITMQ_USE_LONGNAME"] = "true" }
        return environment
    }

    /// The whole environment of the start script.
    func startEnvironment(searchPath: String) -> [String: String] {
        var environment = environment(searchPath: searchPath)
        environment["ERL_AFLAGS"] = ([Self.loadsSeveralAtOnce] + (identity.cluster.isEmpty ? [] : [tellsOwnErlangs]))
            .map { "-eval '\($0)'" }.joined(separator: " ")
        return environment
    }

    /// Has Erlang load, before RabbitMQ boots, what RabbitMQ's boot loads: each module of each application that it is made of.
    ///
    /// RabbitMQ has them loaded one after another, and each time Erlang copies its table of exported functions: eight at a time take
    /// half of the start and 1.6 s of CPU time for 2.6. All at once are hardly faster, and leave memory behind: 240 MiB for 140. The
    /// Erlangs that the node itself starts have no use for them.
    private static let loadsSeveralAtOnce = """
        os:unsetenv("ERL_AFLAGS"), \
        catch (fun Load([]) -> ok; Load(Modules) -> {Some, Others} = lists:split(min(8, length(Modules)), Modules), \
        code:ensure_modules_loaded(Some), Load(Others) end)([list_to_atom(filename:basename(File, ".beam")) || \
        Folder <- code:get_path(), re:run(Folder, "/plugins/|/(\(librariesOfErlang.joined(separator: "|")))-") =/= nomatch, \
        File <- filelib:wildcard(Folder ++ "/*.beam")])
        """

    /// The libraries of Erlang that RabbitMQ loads all modules of.
    private static let librariesOfErlang = [
        "compiler", "crypto", "inets", "kernel", "mnesia", "os_mon", "public_key", "sasl", "ssl", "stdlib",
        "syntax_tools", "tools", "xmerl",
    ]

    /// From 4.0 on a node asks the others of its cluster through an Erlang of its own, which it gives a name and no more: that one is
    /// not to listen on the node's port.
    private var tellsOwnErlangs: String { "os:putenv(\"ERL_ZFLAGS\", \"\(controlArguments)\")" }

    /// What the node logged: the first errors, or the last lines where there are none.
    var excerptOfLog: String {
        let lines = Self.plain(Files.read("\(path)/\(Self.log)") ?? "").split(separator: "\n")
        let errors = lines.filter { $0.contains("[error]") }
        return (errors.isEmpty ? lines.suffix(12) : errors.prefix(12)).map { "\n  \($0)" }.joined()
    }

    /// The text without the colours of a terminal (ECMA-48 5.4: control sequences) and other control characters.
    static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            if scalar == "\u{1b}" {
                guard scalars.next() == "[" else { continue }
                while let next = scalars.next(), !("\u{40}"..."\u{7e}").contains(next) {}
            } else if scalar == "\n" || scalar == "\t" || !(scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value))
            {
                plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// The Erlang process, once it was started.
    var processID: Int32? { number(in: Self.process) }

    /// The exit status, once the node has ended.
    var exitStatus: Int32? { number(in: Self.status) }

    /// Forgets the Erlang process that has ended, before another one is started.
    func forgetProcess() {
        for file in [Self.process, Self.status] { Files.remove("\(path)/\(file)") }
    }

    /// The arguments for the Erlang of RabbitMQ's command line tools, which find the node without an epmd and do not listen.
    var controlArguments: String { "-start_epmd false -erl_epmd_port \(identity.distributionPort) -dist_listen false" }

    private func number(in file: String) -> Int32? {
        // Complete only with its newline.
        guard let text = Files.read("\(path)/\(file)"), text.hasSuffix("\n") else { return nil }
        return Int32(text.dropLast())
    }
}
