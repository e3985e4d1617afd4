import BenchmarkResults
import Broker
import TransportIO

/// What connections take of this machine: file descriptors in each process that has them, and source ports.
struct ConnectionRoom {
    /// The file descriptors that a process has beside those of its connections, and more.
    private static let otherFiles = 64
    /// The source ports that there can be: those beyond the privileged ones.
    private static let mostPorts = 65_535 - 1023

    /// The connections that are open at once, and the file descriptors that the process with the most of them needs.
    private(set) var connections = 0
    private(set) var files = 0
    /// The connections to one address of TCP.
    private(set) var ports = 0

    /// The room that so many connections take.
    /// - Parameters:
    ///   - isTCP: whether they are of TCP, which has ports.
    ///   - companion: what they lead to, where it is started here.
    mutating func add(_ count: Int, isTCP: Bool, to companion: (any TransportCompanion)? = nil) {
        connections = max(connections, count)
        files = max(files, count + Self.otherFiles, companion?.openFiles(forConnections: count) ?? 0)
        if isTCP { ports = max(ports, count) }
    }

    /// Raises the limit of file descriptors where it has to be, for this process and those that it starts.
    /// - Throws: ``BenchmarkError`` with the command that makes room, where there is none.
    func make() throws(BenchmarkError) {
        if files > FileDescriptors.limit { FileDescriptors.raiseLimit() }
        if let fault = fault(files: FileDescriptors.limit, ports: SourcePorts.count) { throw BenchmarkError(fault) }
    }

    /// Why there is no room for them; nil where there is.
    func fault(files limit: Int, ports count: Int) -> String? {
        let fewer = "have fewer connections, or fewer entries in flight where each takes a connection (http)"
        if files > limit {
            return
                "\(connections) connections at once take \(files) file descriptors, and a process may have \(limit) here. As root, "
                + "'ulimit -n \(files)' in this shell allows more; or \(fewer)."
        }
        guard ports > count else { return nil }
        let mend =
            ports <= Self.mostPorts
            ? "As root, 'sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"' allows more; or \(fewer)."
            : "You can \(fewer)."
        return "\(ports) connections to one address take as many source ports, and there are \(count) here. \(mend)"
    }
}

extension ConnectionRoom {
    /// The room that the largest cell of a suite takes.
    /// - Parameter given: the companions that are not started here, by the names of their transports.
    init(for suite: Suite, given: [String: String]) throws {
        for cell in suite.cells {
            let transport = try TransportRegistry.transport(named: cell.transport)
            let share = cell.inFlight / cell.connections
            let each = cell.churn > 0 ? min(share, cell.churn) : share
            // Those whose entries are not all answered, and as many that are being closed.
            let living = cell.churn > 0 ? 2 * ((share + each - 1) / each) : 1
            let count = cell.connections * living * transport.sockets(each)
            // The way to a broker in the middle has its own.
            if cell.through != .none {
                add(cell.connections * (try TransportRegistry.control.sockets(share)), isTCP: true)
            }
            // A link has ports of its own.
            add(
                count, isTCP: cell.socket == .tcp && !cell.network.isLink,
                to: given[transport.name] == nil ? transport.companion : nil)
        }
    }
}
