import Glibc

/// The ports that the kernel gives to sockets that connect: as many as a machine's connections to one address can be.
package enum SourcePorts {
    private static let file = "/proc/sys/net/ipv4/ip_local_port_range"
    /// Linux's own range, 32768 to 60999.
    private static let usualCount = 28_232

    /// How many there are.
    package static var count: Int {
        guard let stream = fopen(file, "r") else { return usualCount }
        defer { fclose(stream) }
        var line = [CChar](repeating: 0, count: 64)
        guard fgets(&line, CInt(line.count), stream) != nil else { return usualCount }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let bounds = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard bounds.count == 2, bounds[0] <= bounds[1] else { return usualCount }
        return bounds[1] - bounds[0] + 1
    }
}
