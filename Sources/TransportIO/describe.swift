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

/// What to do about a connection that cannot be made, as a sentence behind a space; empty where the cause is not known.
/// - Parameter mend: what to do when nobody listens.
func remedy(for error: any Error, whenNobodyListens mend: String) -> String {
    switch errorNumber(error) {
    case ECONNREFUSED, ENOENT: " \(mend)"
    case EMFILE:
        " This process may have \(FileDescriptors.limit) files open at once: allow more (ulimit -n), or fewer in flight."
    case ENFILE: " The system has as many files open as it may (fs.file-max)."
    case EACCES: " To connect to a Unix socket takes leave to write to its file (chmod, chgrp)."
    case EAGAIN: " As many connections wait there to be accepted as may."
    case EADDRNOTAVAIL:
        " Every source port is in use, of which there are \(SourcePorts.count) to one address (net.ipv4.ip_local_port_range); "
            + "connections that were closed keep theirs for a minute."
    default: ""
    }
}

private func errorNumber(_ error: any Error) -> CInt? {
    switch error {
    case let error as IOError: error.errnoCode
    case let error as NIOConnectionError: error.connectionErrors.first.flatMap { errorNumber($0.error) }
    default: nil
    }
}
