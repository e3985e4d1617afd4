extension LoadPoint {
    /// `100 B, 64 in flight, closed loop`.
    package var text: String { text(with: modelText) }

    /// The same without when entries are sent: `100 B, 64 in flight`.
    var textWithoutModel: String { text(with: nil) }

    private var modelText: String {
        switch load {
        case .closed: "closed loop"
        case .cold: "cold connections"
        case .overload(let times): "offered \(NumberText.trimmed(times)) times what it carries"
        case .open(let rate, .constant): "open loop at \(DecimalText.short(rate)) msgs/s"
        case .open(let rate, .poisson): "open loop at \(DecimalText.short(rate)) msgs/s (Poisson)"
        }
    }

    private func text(with model: String?) -> String {
        let spread = connections == 1 ? "" : " on \(connections) connections"
        return [ByteText.size(payloadBytes), "\(inFlight) in flight\(spread)", model, churnText, setting.text]
            .compactMap(\.self).joined(separator: ", ")
    }

    /// `connections of 100 entries`; nil for connections that stay, which are meant where nothing is said.
    package var churnText: String? {
        switch churn {
        case 0: nil
        case 1: "connections of 1 entry"
        default: "connections of \(churn) entries"
        }
    }
}

extension Cell {
    /// `grpc:stream`, or `tcp (control)`: what rows are grouped by.
    package var who: String {
        switch role {
        case .cell: transport
        case .control: "\(transport) (control)"
        case .bareLoop: "\(transport) (bare loop)"
        }
    }

    /// `grpc:stream, 100 B, 64 in flight`, as progress and complaints name it.
    package var name: String {
        let spread = connections == 1 ? "" : " on \(connections) connections"
        let rate =
            switch load {
            case .closed: ""
            case .cold: ", cold"
            case .open(let rate, _): " at \(DecimalText.short(rate))/s"
            case .overload(let times): ", offered \(NumberText.trimmed(times)) times"
            }
        let rest = [point.churnText, setting.text].compactMap(\.self).map { ", \($0)" }.joined()
        return "\(who), \(ByteText.size(payloadBytes)), \(inFlight) in flight\(spread)\(rate)\(rest)"
    }
}

extension PlannedCell {
    /// What names the cell and the round in logs: no comma, no space.
    package var tag: String {
        let rate =
            switch cell.load {
            case .closed: ""
            case .cold: "/cold"
            case .open(let rate, _): "/\(DecimalText.short(rate))per_s"
            case .overload(let times): "/\(NumberText.trimmed(times))times"
            }
        let role = cell.role == .cell ? "" : "/\(cell.role.rawValue)"
        let rest = (cell.churn > 0 ? "/churn\(cell.churn)" : "") + cell.setting.tag("/")
        return
            "\(cell.transport)/\(cell.payloadBytes)B/\(cell.inFlight)x\(cell.connections)\(rate)\(rest)\(role)/\(block)"
    }
}
