import Glibc
import NIOCore
import NIOPosix

/// What an error of the I/O layer means, in a few plain words: `connection refused`.
package func describe(_ error: any Error) -> String {
    switch error {
    case let error as TLSFailure:
        return error.description
    case let error as IOError:
        return String(cString: strerror(error.errnoCode)).lowercased()
    case let error as NIOConnectionError:
        if let cause = error.connectionErrors.first?.error { return describe(cause) }
        return "the name \(error.host) cannot be resolved"
    case let error as ChannelError:
        switch error {
        case .connectTimeout(let amount): return "no connection within \(amount.nanoseconds / 1_000_000) ms"
        case .eof, .alreadyClosed, .ioOnClosedChannel: return "the connection is closed"
        default: return "\(error)"
        }
    case is SocketAddressError:
        return "the name cannot be resolved"
    default:
        return "\(error)"
    }
}
