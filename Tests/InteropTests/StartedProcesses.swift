import Foundation

/// The processes that a program has started, and what they listen on, read from /proc.
///
/// Those that leave their family by a double fork, as daemons do, are found by a mark in their environment, which they
/// inherit.
struct StartedProcesses {
    private static let markName = "BROKERLAB_TEST_MARK"
    private let mark: String

    /// Chooses a mark that no other process has.
    init() {
        mark = UUID().uuidString
    }

    /// What has to be in the environment of the program.
    var environment: [String: String] { [Self.markName: mark] }

    /// The ids of the processes that bear the mark or descend from `ancestor`, without `ancestor` itself.
    func running(under ancestor: Int32) -> Set<Int32> {
        let all = Self.processIDs()
        let parents = Dictionary(uniqueKeysWithValues: all.compactMap { id in Self.parent(of: id).map { (id, $0) } })
        var found = Set(all.filter { hasMark($0) })
        for id in all {
            var next = parents[id]
            while let current = next, current > 1 {
                if current == ancestor { found.insert(id) }
                next = parents[current]
            }
        }
        return found.subtracting([ancestor])
    }

    /// Looks at what `program` has started, again and again until it ends or `isEnough`.
    func observe(
        _ program: RunningProgram, until isEnough: (Observed) -> Bool = { _ in false }
    ) async throws -> Observed {
        var observed = Observed()
        while !program.output.hasEnded && !isEnough(observed) {
            let processes = running(under: program.processID)
            observed.processes.formUnion(processes)
            observed.sockets.formUnion(Self.listeningSockets(of: processes))
            // /proc has no way to wait for a process or a socket.
            try await Task.sleep(for: .milliseconds(20))
        }
        return observed
    }

    /// What a program has started.
    struct Observed {
        var processes: Set<Int32> = []
        /// The inodes of sockets that listen.
        var sockets: Set<String> = []
    }

    /// Whether nothing is left: no process that bears the mark, none of those observed.
    ///
    /// A process that is ending loses its environment first and its sockets last, so what is left is looked at again for a
    /// moment. A zombie counts as gone: it waits for its parent, which is not ours where nobody has adopted it.
    func areGone(_ observed: Observed) async throws -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(2)
        repeat {
            let isLeft =
                observed.processes.union(running(under: .max)).contains { Self.isAlive($0) }
                || !Self.listeningSockets().isDisjoint(with: observed.sockets)
            if !isLeft { return true }
            try await Task.sleep(for: .milliseconds(20))
        } while clock.now < deadline
        return false
    }

    /// The inodes of the sockets on which processes listen.
    static func listeningSockets(of processes: Set<Int32>) -> Set<String> {
        let listening = listeningSockets()
        var found: Set<String> = []
        for id in processes {
            let folder = "/proc/\(id)/fd"
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")) ?? ""
                found.insert(String(target.dropFirst("socket:[".count).dropLast()))
            }
        }
        return found.intersection(listening)
    }

    /// The inodes of all TCP sockets in the state LISTEN (0A).
    static func listeningSockets() -> Set<String> {
        var found: Set<String> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for line in read(table).split(separator: "\n") {
                let fields = line.split(separator: " ")
                if fields.count > 9, fields[3] == "0A" { found.insert(String(fields[9])) }
            }
        }
        return found
    }

    private func hasMark(_ id: Int32) -> Bool {
        Self.read("/proc/\(id)/environ").contains("\(Self.markName)=\(mark)")
    }

    private static func processIDs() -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    }

    private static func parent(of id: Int32) -> Int32? {
        status(of: id).dropFirst().first.flatMap { Int32($0) }
    }

    private static func isAlive(_ id: Int32) -> Bool {
        let state = status(of: id).first
        return state != nil && state != "Z" && state != "X"
    }

    /// The fields of /proc/PID/stat from the third, the state, on; the second, in parentheses, may hold anything.
    private static func status(of id: Int32) -> [Substring] {
        read("/proc/\(id)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    }

    private static func read(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
