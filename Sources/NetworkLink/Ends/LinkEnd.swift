import BenchmarkResults
import CLinux
import Glibc

/// An end of a link: a network namespace with a TUN device in it, which IP packets are read from and written to.
final class LinkEnd: Sendable {
    /// 198.18.0.0/15 is for benchmarks of networks (RFC 2544, RFC 6890): no other address of a machine is meant by it.
    static let network: UInt32 = 198 << 24 | 18 << 16
    /// Two addresses, the network's own and that of all.
    private static let mask: UInt32 = ~3
    private static let device = "link0"
    /// How many packets the device keeps for the relay: as many as come while it waits for a core.
    private static let deviceQueue: UInt32 = 10_000

    let namespace: NetworkNamespace
    /// The device's descriptor, which does not block.
    let tun: Int32
    let address: UInt32

    /// Makes one, and leaves the calling thread in its namespace.
    /// - Parameter host: the last number of its address, 1 or 2.
    init(host: UInt32, mtu: Int) throws(LinkError) {
        namespace = try NetworkNamespace()
        address = Self.network + host
        _ = try LinkError.check(clinux_set_up_interface("lo", 0, 0, 0), "cannot set lo up")
        // What one transport has met is not to slow down the next one's start (Documentation/networking/ip-sysctl.rst).
        try Self.set("net/ipv4/tcp_no_metrics_save", to: "1")
        tun = try LinkError.check(
            clinux_open_tun(Self.device), "cannot make a TUN device of /dev/net/tun")
        _ = try LinkError.check(
            clinux_set_device_queue(Self.device, Self.deviceQueue), "cannot set the queue of the TUN device")
        _ = try LinkError.check(
            clinux_set_up_interface(Self.device, address, Self.mask, Int32(mtu)), "cannot set the TUN device up")
    }

    deinit { close(tun) }

    /// `198.18.0.1`.
    var addressText: String { Self.text(address) }

    private static func text(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { String(address >> $0 & 255) }.joined(separator: ".")
    }

    private static func set(_ key: String, to value: String) throws(LinkError) {
        let path = "/proc/sys/\(key)"
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw LinkError("cannot open \(path)", errno) }
        defer { close(file) }
        guard write(file, value, value.utf8.count) == value.utf8.count else {
            throw LinkError("cannot write \(path)", errno)
        }
    }

    /// How many packets the device has dropped so far, those for the relay and those from it; moves the calling thread there.
    func drops() throws(LinkError) -> (outgoing: UInt64, incoming: UInt64) {
        try namespace.enter()
        let text = SmallFile.text(at: "/proc/thread-self/net/dev") ?? ""
        return Self.drops(in: text) ?? (0, 0)
    }

    /// Reads `/proc/net/dev`: behind the name eight figures of what was received, of which the fourth is what was dropped, and
    /// eight of what was sent.
    static func drops(in text: String) -> (outgoing: UInt64, incoming: UInt64)? {
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == ":" })
            guard words.first == Substring(device), words.count > 12, let incoming = UInt64(words[4]),
                let outgoing = UInt64(words[12])
            else { continue }
            return (outgoing, incoming)
        }
        return nil
    }
}
