/// Whether broker and logger speak TLS: a value of the axis `tls`.
package enum TLSUse: String, Sendable, Hashable, CaseIterable, Codable {
    /// In cleartext.
    case off
    /// With certificates that were made for the run.
    case on

    /// `over TLS`; nil for cleartext, which is meant where nothing is said.
    package var over: String? { self == .on ? "over TLS" : nil }
}
