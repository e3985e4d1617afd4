package import Broker
import Glibc
import NIOCore

/// A Unix domain socket that listens, and its file.
///
/// Who may write to the file may connect. The umask of the process decides that, as for other files that it makes.
struct UnixListener {
    let descriptor: CInt
    /// Nil for an abstract name, which has none.
    let file: UnixSocketFile?

    /// Binds a socket and listens on it.
    ///
    /// A file on whose socket nobody listens any more is replaced: that of a process that ended without removing it. Whatever
    /// else has the path is left alone.
    init(_ name: UnixSocketName, backlog: CInt) throws(ListenFailure) {
        var (socket, file): (CInt, UnixSocketFile?) = (-1, nil)
        do throws(IOError) {
            socket = try UnixSocketName.makeSocket()
            file = try Self.bind(socket, to: name)
            guard listen(socket, backlog) == 0 else { throw IOError(errnoCode: errno, reason: "listen") }
            // Until then another one that starts may have taken it for one that nobody listens on.
            guard file?.isThere ?? true else { throw IOError(errnoCode: EADDRINUSE, reason: "bind") }
        } catch {
            file?.remove()
            if socket >= 0 { close(socket) }
            throw ListenFailure(error, at: name)
        }
        (descriptor, self.file) = (socket, file)
    }

    private static func bind(_ socket: CInt, to name: UnixSocketName) throws(IOError) -> UnixSocketFile? {
        guard case .path(let path) = name else {
            try name.bind(socket)
            return nil
        }
        do throws(IOError) {
            try name.bind(socket)
        } catch {
            guard error.errnoCode == EADDRINUSE, let file = UnixSocketFile(at: path), isStale(name) else { throw error }
            file.remove()
            try name.bind(socket)
        }
        return UnixSocketFile(at: path)
    }

    /// Whether the kernel says that nobody listens there.
    private static func isStale(_ name: UnixSocketName) -> Bool {
        do throws(IOError) {
            close(try name.connect())
            return false
        } catch {
            return error.errnoCode == ECONNREFUSED
        }
    }
}

extension UnixSocketName {
    /// Why nobody can listen there and be connected to, as far as a moment's try tells; nil where it works.
    package var failureToListen: String? {
        do {
            let listener = try UnixListener(self, backlog: 1)
            defer {
                listener.file?.remove()
                close(listener.descriptor)
            }
            close(try connect())
            return nil
        } catch let failure as ListenFailure {
            return failure.reason
        } catch {
            return describe(error)
        }
    }
}
