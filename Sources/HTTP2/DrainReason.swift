/// Why a server ends a connection gracefully.
package enum DrainReason: Sendable {
    /// The server is going to stop.
    case stopping
    /// No stream was open for long.
    case idle
    /// The connection is as old as it may become.
    case maxAge

    /// The reason as a peer is told it.
    package var text: String {
        switch self {
        case .stopping: "the logger is stopping"
        case .idle: "the connection has been idle for too long and ends; open another one"
        case .maxAge: "the connection has reached its greatest age and ends; open another one"
        }
    }
}
