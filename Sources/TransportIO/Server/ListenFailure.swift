import Broker
import Glibc
import NIOCore

/// Why a server cannot listen, and what to do about it.
struct ListenFailure: Error {
    /// A few words: `address already in use`.
    var reason: String
    /// A sentence.
    var mend: String

    /// Why an address of TCP cannot be bound.
    init(_ error: any Error) {
        reason = describe(error)
        mend = "Choose another address, or port 0 for a free one."
    }

    /// Why a Unix domain socket cannot be bound.
    init(_ error: IOError, at name: UnixSocketName) {
        reason = describe(error)
        mend = "Choose another path, or unix:@NAME, which needs no file."
        switch (error.errnoCode, name) {
        case (EADDRINUSE, .path(let path)) where UnixSocketFile(at: path) == nil:
            reason = "there is something that is no socket, and it is left alone"
        case (EADDRINUSE, _):
            reason = "somebody listens there"
            mend = "End it, or choose another name."
        case (ENOENT, .path(let path)):
            reason = "there is no folder for it"
            mend = "Make \(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)) first."
        default: break
        }
    }
}
