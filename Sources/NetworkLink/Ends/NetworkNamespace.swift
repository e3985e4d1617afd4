import CLinux
import Glibc

/// A network namespace, which lives as long as its descriptor, or a process in it, and bears no name that could be left behind.
final class NetworkNamespace: Sendable {
    /// A descriptor of it.
    let descriptor: Int32

    /// Moves the calling thread to a new one.
    init() throws(LinkError) {
        _ = try LinkError.check(clinux_unshare_network(), "cannot make a network namespace")
        descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw LinkError("cannot open a network namespace", errno) }
    }

    deinit { close(descriptor) }

    /// The file by which other processes can open it, while this one lives.
    var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    /// Moves the calling thread to it.
    func enter() throws(LinkError) {
        _ = try LinkError.check(clinux_enter_network(descriptor), "cannot enter a network namespace")
    }
}
