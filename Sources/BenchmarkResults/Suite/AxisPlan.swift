/// How the sizes, the entries in flight and the connections of a suite make loads.
package enum AxisPlan: String, Sendable, Hashable, CaseIterable, Codable {
    /// Each value of one with each of the others.
    case crossed
    /// One axis after the other: the first values are a base, and every other value is measured with the base of the others.
    case each
}

/// How large a load is.
struct LoadSize: Sendable, Hashable {
    /// The length of an entry's text, in bytes.
    var payloadBytes: Int
    /// How many entries may be unacknowledged at once, over all connections.
    var inFlight: Int
    /// How many connections share them.
    var connections: Int
}

/// What a base is varied by.
enum LoadAxis: String, Sendable, CaseIterable {
    case payloadBytes = "payload_bytes"
    case inFlight = "in_flight"
    case connections

    /// What it is called.
    var title: String {
        switch self {
        case .payloadBytes: "payload size"
        case .inFlight: "entries in flight"
        case .connections: "connections"
        }
    }

    /// The values that a suite has for it, of which the first is the base's.
    func values(of suite: Suite) -> [Int] {
        switch self {
        case .payloadBytes: suite.payloadBytes
        case .inFlight: suite.inFlight
        case .connections: suite.connections
        }
    }

    /// The size with another value of it; a connection has an entry in flight at least.
    func moving(_ base: LoadSize, to value: Int) -> LoadSize {
        var size = base
        switch self {
        case .payloadBytes: size.payloadBytes = value
        case .inFlight: size.inFlight = value
        case .connections: (size.connections, size.inFlight) = (value, max(value, base.inFlight))
        }
        return size
    }
}

extension Suite {
    /// The first value of each of its axes.
    var baseSize: LoadSize? {
        guard let payload = payloadBytes.first, let inFlight = inFlight.first, let connections = connections.first
        else {
            return nil
        }
        return LoadSize(payloadBytes: payload, inFlight: inFlight, connections: connections)
    }

    /// The sizes along an axis with their values, in the order of these.
    func sizes(along axis: LoadAxis) -> [(value: Int, size: LoadSize)] {
        guard let baseSize else { return [] }
        return axis.values(of: self).sorted().map { ($0, axis.moving(baseSize, to: $0)) }
    }

    /// The base, and then what each axis has beside it, in the order of the suite's lists.
    var sizesAroundBase: [LoadSize] {
        guard let baseSize else { return [] }
        return [baseSize]
            + LoadAxis.allCases.flatMap { axis in
                axis.values(of: self).dropFirst().map { axis.moving(baseSize, to: $0) }
            }
    }

    /// Which cells have their processes in common: those of a setting; around a base none but a transport's and its control's, so that
    /// no cell has the memory of a larger one.
    package func processes(of cell: Cell) -> Processes {
        var cell = cell
        cell.role = .cell
        return Processes(setting: cell.setting, cell: usedAxes == .each ? cell : nil)
    }

    /// What cells have in common that are measured in the same processes.
    package struct Processes: Sendable, Hashable {
        /// What is around them.
        package var setting: Setting
        /// The one cell; nil where there are all of that setting.
        package var cell: Cell?
    }
}

extension LoadPoint {
    /// How large it is.
    var size: LoadSize { LoadSize(payloadBytes: payloadBytes, inFlight: inFlight, connections: connections) }

    /// The load and the setting with another size.
    func sized(_ size: LoadSize) -> LoadPoint {
        var point = self
        (point.payloadBytes, point.inFlight, point.connections) = (size.payloadBytes, size.inFlight, size.connections)
        return point
    }
}
