import CLinux
import Glibc

/// Lends connections within a link's end to other processes of the same user: a socket belongs to the namespace that it was made
/// in, whoever has it (SCM_RIGHTS, unix(7)).
///
/// So the lab asks a logger behind a link for its account without a packet on the link, and without being allowed to enter its
/// namespace itself.
package enum EndSockets {
    /// How long either side waits for the other, in seconds.
    private static let patience: Int32 = 5

    /// Where it is asked.
    final class Listener: Sendable {
        /// The name that the kernel chose for it, in the abstract namespace.
        let name: String
        private let descriptor: Int32

        /// Listens in the network namespace of the calling thread, which is where askers are.
        init() throws(LinkError) {
            var bytes = [CChar](repeating: 0, count: Int(clinux_abstract_name_length) + 1)
            descriptor = try LinkError.check(
                clinux_listen_abstract(&bytes), "cannot listen for who asks for connections")
            name = String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }

        deinit { close(descriptor) }

        /// Answers, one asker after the other, with connections of the calling thread's network namespace; for good.
        func serve() {
            while true {
                let asker = accept(descriptor, nil, nil)
                guard asker >= 0 else {
                    // ECONNABORTED and the like are the asker's; without descriptors, one may be free again later.
                    if errno != EINTR { usleep(1000) }
                    continue
                }
                defer { close(asker) }
                answer(asker)
            }
        }

        /// Four bytes of an address and two of a port are asked for.
        private func answer(_ asker: Int32) {
            var limit = timeval(tv_sec: Int(patience), tv_usec: 0)
            setsockopt(asker, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var bytes: [UInt8] = [0, 0, 0, 0, 0, 0]
            guard clinux_is_own_user(asker) != 0, recv(asker, &bytes, 6, Int32(MSG_WAITALL)) == 6 else { return }
            let address = bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }
            let connection = clinux_connect(address, UInt16(bytes[4]) << 8 | UInt16(bytes[5]), patience)
            _ = clinux_send_descriptor(asker, connection)
            if connection >= 0 { close(connection) }
        }
    }

    /// Asks for a connection to an address, as seen from the end whose name is given; it may take a few seconds where the link hangs.
    /// - Returns: its descriptor, which the caller closes.
    /// - Throws: ``LinkError`` that says why there is none.
    package static func connect(to host: String, port: Int, through name: String) throws(LinkError) -> Int32 {
        var address = in_addr()
        guard inet_pton(AF_INET, host, &address) == 1, let port = UInt16(exactly: port) else {
            throw LinkError("cannot connect to \(host):\(port) behind a link", EINVAL)
        }
        let asker = try LinkError.check(clinux_connect_abstract(name, patience), "the link does not answer")
        defer { close(asker) }
        let number = UInt32(bigEndian: address.s_addr)
        let bytes = [24, 16, 8, 0].map { UInt8(number >> $0 & 255) } + [UInt8(port >> 8), UInt8(port & 255)]
        guard send(asker, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw LinkError("the link does not answer", errno)
        }
        return try LinkError.check(
            clinux_receive_descriptor(asker), "cannot connect to \(host):\(port) behind the link")
    }
}
