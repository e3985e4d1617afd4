import Glibc

/// A moment of universal time, to the second.
package struct UTCTime {
    private var fields = tm()

    /// The current second.
    package static var now: UTCTime { UTCTime(seconds: time(nil)) }

    init(seconds: Int) {
        var seconds = seconds
        gmtime_r(&seconds, &fields)
    }

    /// `2026-01-31T12:00:00Z`, as in the report.
    package var extended: String { text("%Y-%m-%dT%H:%M:%SZ") }

    /// `20260131T120000Z`, as in names of folders.
    var compact: String { text("%Y%m%dT%H%M%SZ") }

    private func text(_ format: String) -> String {
        var fields = fields
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
            let count = strftime(buffer.baseAddress, buffer.count, format, &fields)
            return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
