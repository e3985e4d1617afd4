/// Whether broker and logger speak TLS: a value of the axis `tls`.
package enum TLSUse: String, Sendable, Hashable, CaseIterable, Codable {
    /// In cleartext.
    case off
    /// With certificates that were made for the run.
    case on
    /// The same, and the logger asks the broker for a certificate, too.
    case mutual

    /// Whether they speak it at all.
    package var isOn: Bool { self != .off }

    /// The more is asked of the two, the larger.
    var rank: Int {
        switch self {
        case .off: 0
        case .on: 1
        case .mutual: 2
        }
    }

    /// `over TLS`; nil for cleartext, which is meant where nothing is said.
    package var over: String? {
        switch self {
        case .off: nil
        case .on: "over TLS"
        case .mutual: "over mutual TLS"
        }
    }

    /// `tls`, as part of a name; nil for cleartext.
    var tag: String? {
        switch self {
        case .off: nil
        case .on: "tls"
        case .mutual: "mutual-tls"
        }
    }
}
