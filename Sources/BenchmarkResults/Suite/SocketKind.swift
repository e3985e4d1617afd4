/// Over what sockets broker and logger speak: a value of the axis `socket`.
package enum SocketKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// TCP over loopback.
    case tcp
    /// Unix domain sockets, which have no IP, no ports and no congestion control.
    case unix
}
