/// Reads the parts of a protobuf message where they lie; every offset is checked against the end of the bytes.
///
/// Protocol Buffers, "Encoding". The functions move `offset` behind what they read.
package enum ProtobufReader {
    /// Why bytes are not a protobuf message, or not one of the expected type.
    package enum Malformation: Error, Equatable {
        case truncated
        case varintTooLong
        case badTag
        case badUTF8
        case nestedTooDeep
    }

    /// "Message Structure": the low three bits of a tag.
    package enum WireType: UInt8 {
        case varint = 0
        case i64 = 1
        case len = 2
        case startGroup = 3
        case endGroup = 4
        case i32 = 5
    }

    /// A field's number and wire type.
    package struct Tag {
        package var number: UInt32
        package var wireType: WireType
    }

    /// Nested groups deeper than this are refused; the limit that the official implementations have.
    package static let maxGroupDepth = 100

    /// "Base 128 Varints": at most ten bytes; bits beyond the 64th are dropped.
    @inline(__always)
    package static func varint(_ bytes: RawSpan, _ offset: inout Int) throws(Malformation) -> UInt64 {
        if offset < bytes.byteCount {
            let first = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            if first < 0x80 {
                offset &+= 1
                return UInt64(first)
            }
        }
        return try longVarint(bytes, &offset)
    }

    private static func longVarint(_ bytes: RawSpan, _ offset: inout Int) throws(Malformation) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.byteCount {
            let byte = bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            offset &+= 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift &+= 7
            if shift == 70 { throw .varintTooLong }
        }
        throw .truncated
    }

    @inline(__always)
    package static func tag(_ bytes: RawSpan, _ offset: inout Int) throws(Malformation) -> Tag {
        let value = try varint(bytes, &offset)
        guard value <= UInt64(UInt32.max), value >= 8, let wireType = WireType(rawValue: UInt8(value & 7)) else {
            throw .badTag
        }
        return Tag(number: UInt32(value >> 3), wireType: wireType)
    }

    /// The range of a length-prefixed field's bytes; the length is believed only as far as there are bytes.
    @inline(__always)
    package static func lengthPrefixed(_ bytes: RawSpan, _ offset: inout Int) throws(Malformation) -> Range<Int> {
        let count = try varint(bytes, &offset)
        guard count <= UInt64(bytes.byteCount &- offset) else { throw .truncated }
        let start = offset
        offset &+= Int(count)
        return start..<offset
    }

    /// The range of a `string` field, whose bytes have to be UTF-8 (proto3 language guide, "Scalar Value Types").
    @inline(__always)
    package static func string(_ bytes: RawSpan, _ offset: inout Int) throws(Malformation) -> Range<Int> {
        let range = try lengthPrefixed(bytes, &offset)
        guard UTF8Check.isValid(bytes.extracting(range)) else { throw .badUTF8 }
        return range
    }

    /// Moves behind a field that is not known, or not of the wire type that its number has here.
    package static func skip(_ tag: Tag, _ bytes: RawSpan, _ offset: inout Int) throws(Malformation) {
        var openGroups: [UInt32] = []
        var tag = tag
        while true {
            switch tag.wireType {
            case .varint: _ = try varint(bytes, &offset)
            case .i64: try advance(8, bytes, &offset)
            case .i32: try advance(4, bytes, &offset)
            case .len: _ = try lengthPrefixed(bytes, &offset)
            case .startGroup:
                guard openGroups.count < maxGroupDepth else { throw .nestedTooDeep }
                openGroups.append(tag.number)
            case .endGroup:
                guard openGroups.popLast() == tag.number else { throw .badTag }
            }
            if openGroups.isEmpty { return }
            tag = try self.tag(bytes, &offset)
        }
    }

    private static func advance(_ count: Int, _ bytes: RawSpan, _ offset: inout Int) throws(Malformation) {
        guard count <= bytes.byteCount &- offset else { throw .truncated }
        offset &+= count
    }
}
