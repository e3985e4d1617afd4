package import Broker

/// The fields of a `logs.LogRequest`, as ranges of the bytes they were read from.
package struct LogRequestFields {
    package var name = 0..<0
    package var data = 0..<0
    package var severity: UInt64 = 0
    package var run = 0..<0
    package var sequence: UInt64 = 0
    package var sentAt: Int64 = 0

    /// Reads a message.
    ///
    /// Unknown fields are skipped; of a field that comes twice the last one counts, and embedded
    /// messages that come twice are merged ("Last One Wins").
    package init(reading bytes: RawSpan) throws(ProtobufReader.Malformation) {
        var offset = 0
        while offset < bytes.byteCount {
            let tag = try ProtobufReader.tag(bytes, &offset)
            if tag.number == 1 && tag.wireType == .len {
                let entry = try ProtobufReader.lengthPrefixed(bytes, &offset)
                try readLog(bytes, entry)
            } else {
                try ProtobufReader.skip(tag, bytes, &offset)
            }
        }
    }

    /// Reads a `logs.Log`, the entry alone.
    package init(readingLog bytes: RawSpan) throws(ProtobufReader.Malformation) {
        try readLog(bytes, 0..<bytes.byteCount)
    }

    private mutating func readLog(_ message: RawSpan, _ range: Range<Int>) throws(ProtobufReader.Malformation) {
        let bytes = message.extracting(first: range.upperBound)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let tag = try ProtobufReader.tag(bytes, &offset)
            switch (tag.number, tag.wireType) {
            case (1, .len): name = try ProtobufReader.string(bytes, &offset)
            case (2, .len): data = try ProtobufReader.string(bytes, &offset)
            case (3, .varint): severity = try ProtobufReader.varint(bytes, &offset)
            case (4, .len): run = try ProtobufReader.string(bytes, &offset)
            case (5, .varint): sequence = try ProtobufReader.varint(bytes, &offset)
            case (6, .varint): sentAt = Int64(bitPattern: try ProtobufReader.varint(bytes, &offset))
            default: try ProtobufReader.skip(tag, bytes, &offset)
            }
        }
    }

    /// The severity; enums are open in proto3, and a number that is not known here counts as the default.
    package var knownSeverity: Severity {
        Severity(rawValue: UInt8(truncatingIfNeeded: min(severity, 255))) ?? .info
    }
}
