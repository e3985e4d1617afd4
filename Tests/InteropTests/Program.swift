import Foundation

/// An executable that a test runs, with the arguments that belong to it.
struct Program: Sendable {
    /// The path of the executable.
    var path: String
    /// What comes before a test's own arguments.
    var arguments: [String] = []
    /// What is set in its environment beside what the tests have.
    var environment: [String: String] = [:]
}

extension Program {
    /// The executable under test, which is built into the same folder as the test bundle.
    static let brokerlab = Program(path: buildFolder.appending(path: "brokerlab").path)

    static let curl = Program(path: "/usr/bin/curl", arguments: ["--silent", "--show-error", "--max-time", "20"])

    static let chromium = Program(path: "/usr/bin/chromium")

    static let prometheus = Program(path: "/usr/bin/prometheus")

    static let promtool = Program(path: "/usr/bin/promtool")

    /// A peer of Tests/Peers/go.
    static func go(_ name: String) -> Program {
        Program(path: peersFolder.appending(path: "bin/\(name)").path)
    }

    /// The party in Go, of Benchmarks/peers.
    static let partyGo = Program(path: repository.appending(path: ".build/benchmark-peers/party-go").path)

    /// The party in Python, of Benchmarks/peers.
    static let partyPython = Program(path: repository.appending(path: ".build/benchmark-peers/party-python").path)

    /// The party of bare epoll loops, of Benchmarks/peers.
    static let partyC = Program(path: repository.appending(path: ".build/benchmark-peers/party-c").path)

    /// The party in C++, of Benchmarks/peers.
    static let partyCpp = Program(path: repository.appending(path: ".build/benchmark-peers/party-cpp").path)

    /// The party in Java, of Benchmarks/peers.
    static let partyJava = Program(path: repository.appending(path: ".build/benchmark-peers/party-java").path)

    /// The party in Rust, of Benchmarks/peers.
    static let partyRust = Program(path: repository.appending(path: ".build/benchmark-peers/party-rust").path)

    /// A peer of Tests/Peers/python.
    static func python(_ name: String) -> Program {
        let script = repository.appending(path: "Tests/Peers/python/\(name).py").path
        let interpreter =
            ProcessInfo.processInfo.environment["BROKERLAB_PYTHON"]
            ?? peersFolder.appending(path: "venv/bin/python").path
        return Program(
            path: interpreter, arguments: [script],
            environment: [
                "PYTHONPATH": peersFolder.appending(path: "stubs").path, "PYTHONDONTWRITEBYTECODE": "1",
            ])
    }

    /// Another program in the same folder.
    func beside(_ name: String) -> Program {
        Program(path: URL(filePath: path).deletingLastPathComponent().appending(path: name).path)
    }

    /// The same program with more in its environment.
    func with(environment more: [String: String]) -> Program {
        var program = self
        program.environment.merge(more) { _, new in new }
        return program
    }

    /// Whether the program can be run.
    var exists: Bool { FileManager.default.isExecutableFile(atPath: path) }

    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let peersFolder = repository.appending(path: ".build/peers")
    private static let buildFolder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()
}
