import Foundation

/// How the transports of a suite change places along one axis, everything else being equal.
struct Sweep: Sendable {
    /// What is varied.
    enum Axis: String, Sendable, CaseIterable {
        case payloadBytes = "payload size"
        case inFlight = "entries in flight"
        case connections = "connections"
        case rate = "rate"
        case roundTrip = "round trip"
        case loss = "packets lost"

        func value(_ point: LoadPoint) -> Double? {
            switch self {
            case .payloadBytes: Double(point.payloadBytes)
            case .inFlight: Double(point.inFlight)
            case .connections: Double(point.connections)
            case .rate: point.load.ratePerSecond
            // The axis is logarithmic, which has no place for 0.
            case .roundTrip: point.network.link.flatMap { $0.rttMs > 0 ? $0.rttMs : nil }
            case .loss: point.network.link?.lossPercent
            }
        }

        /// The point with another value on this axis.
        func neutral(_ point: LoadPoint) -> LoadPoint {
            var point = point
            switch self {
            case .payloadBytes: point.payloadBytes = 0
            case .inFlight: point.inFlight = 0
            case .connections: point.connections = 1
            case .rate: point.load = .closed
            case .roundTrip: point.network = point.network.withoutRoundTrip
            case .loss: point.network = point.network.withoutLoss
            }
            return point
        }

        /// Where a value lies on the axis: that of losses begins at 0, the others are logarithmic.
        func place(of value: Double) -> Double { self == .loss ? value : log(value) }

        /// The value at a place.
        func value(at place: Double) -> Double { self == .loss ? place : exp(place) }

        /// The value with its unit.
        func text(_ value: Double) -> String {
            switch self {
            case .payloadBytes: ByteText.approximate(value)
            case .inFlight: "\(Int(value.rounded())) in flight"
            case .connections: "\(NumberText.grouped(value)) connections"
            case .rate: "\(NumberText.grouped(value)) msgs/s"
            case .roundTrip: NumberText.axisDuration(value * 1000)
            case .loss: "\(NumberText.trimmed(value))% lost"
            }
        }
    }

    var axis: Axis
    /// The points, in the order of their values on the axis; at least two.
    var points: [LoadPoint]

    /// The sweeps of a suite: one for each axis that has several values, and each combination of the others.
    static func all(of suite: Suite) -> [Sweep] {
        Axis.allCases.flatMap { axis -> [Sweep] in
            var groups: [(key: LoadPoint, points: [LoadPoint])] = []
            for point in suite.steadyPoints where axis.value(point) != nil {
                let key = axis.neutral(point)
                if let index = groups.firstIndex(where: { $0.key == key }) {
                    groups[index].points.append(point)
                } else {
                    groups.append((key, [point]))
                }
            }
            return groups.compactMap { group in
                let points = group.points.sorted { (axis.value($0) ?? 0) < (axis.value($1) ?? 0) }
                return points.count > 1 ? Sweep(axis: axis, points: points) : nil
            }
        }
    }

    /// What stays the same: `64 in flight, closed loop`.
    var constants: String {
        let parts = points[0].text.components(separatedBy: ", ")
        switch axis {
        case .payloadBytes: return parts.dropFirst().joined(separator: ", ")
        case .inFlight: return (parts.prefix(1) + parts.dropFirst(2)).joined(separator: ", ")
        case .connections: return axis.neutral(points[0]).text
        case .rate:
            let rest = [points[0].churnText, points[0].setting.text].compactMap(\.self)
            return (parts.prefix(2) + ["open loop"] + rest).joined(separator: ", ")
        case .roundTrip:
            // What links do beside it.
            return axis.neutral(points[0]).text.replacingOccurrences(of: "rtt_ms=0+", with: "")
        case .loss: return axis.neutral(points[0]).text
        }
    }
}
