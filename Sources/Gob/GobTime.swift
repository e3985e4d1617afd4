/// A Go `time.Time`: an instant and the zone it is told in.
public struct GobTime: GobOpaque, Hashable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var unixSeconds: Int64
    /// Nanoseconds since that second, 0 to 999,999,999.
    public var nanoseconds: Int32
    /// The zone's distance from UTC in seconds, east being positive; nil for UTC itself.
    public var zoneOffset: Int?

    /// Creates an instant.
    public init(unixSeconds: Int64, nanoseconds: Int32 = 0, zoneOffset: Int? = nil) {
        self.unixSeconds = unixSeconds
        self.nanoseconds = nanoseconds
        self.zoneOffset = zoneOffset
    }

    /// Creates an instant from the bytes that Go's `MarshalBinary` and `GobEncode` make.
    public init(gobBytes: RawSpan) throws(GobError) {
        self = .gobZero
        try setGobBytes(gobBytes)
    }

    /// Go counts seconds from 0001-01-01T00:00:00Z.
    private static let secondsToUnix: Int64 = 62_135_596_800
    /// The offset, in minutes, that says UTC.
    private static let utcMinutes: Int16 = -1

    /// `Time`.
    public static var gobName: String { "Time" }
    /// `time.Time` implements `gob.GobEncoder`.
    public static var gobOpaqueKind: GobOpaqueKind { .gobEncoder }
    /// 0001-01-01T00:00:00Z.
    public static var gobZero: GobTime { GobTime(unixSeconds: -secondsToUnix) }
    /// Whether it is the zero value.
    public var gobIsZero: Bool { self == .gobZero }

    /// Version, seconds, nanoseconds and zone, high byte first.
    ///
    /// Version 2 adds the seconds of the zone.
    public func gobBytes() throws(GobError) -> [UInt8] {
        var minutes = GobTime.utcMinutes
        var zoneSeconds = 0
        if let zoneOffset {
            // As in Go: -1 means UTC, so no zone may be one minute west of it.
            guard let exact = Int16(exactly: zoneOffset / 60), exact != GobTime.utcMinutes else {
                throw GobError(.unsupportedValue, "cannot send a time with the zone offset \(zoneOffset) s")
            }
            minutes = exact
            zoneSeconds = zoneOffset % 60
        }
        var bytes: [UInt8] = [zoneSeconds == 0 ? 1 : 2]
        bytes.reserveCapacity(16)
        append(UInt64(bitPattern: unixSeconds &+ GobTime.secondsToUnix), 8, to: &bytes)
        append(UInt64(UInt32(bitPattern: nanoseconds)), 4, to: &bytes)
        append(UInt64(UInt16(bitPattern: minutes)), 2, to: &bytes)
        if zoneSeconds != 0 { bytes.append(UInt8(bitPattern: Int8(zoneSeconds))) }
        return bytes
    }

    /// Reads the form that ``gobBytes()`` writes.
    public mutating func setGobBytes(_ bytes: RawSpan) throws(GobError) {
        var octets: [UInt8] = []
        bytes.withUnsafeBytes { octets.append(contentsOf: $0.prefix(17)) }
        guard let version = octets.first, version == 1 || version == 2 else {
            throw GobError(.corrupted, "time.Time of an unknown version")
        }
        guard octets.count == (version == 1 ? 15 : 16) else {
            throw GobError(.corrupted, "time.Time of \(bytes.byteCount) bytes in version \(version)")
        }
        func number(_ range: Range<Int>) -> UInt64 {
            octets[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
        unixSeconds = Int64(bitPattern: number(1..<9)) &- GobTime.secondsToUnix
        nanoseconds = Int32(bitPattern: UInt32(number(9..<13)))
        let minutes = Int16(bitPattern: UInt16(number(13..<15)))
        let offset = Int(minutes) * 60 + (version == 2 ? Int(Int8(bitPattern: octets[15])) : 0)
        // The sum is compared, as in Go, not the minutes.
        zoneOffset = offset == -60 ? nil : offset
    }

    private func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
}
