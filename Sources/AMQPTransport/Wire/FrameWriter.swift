import CRabbitMQ
import NIOCore

extension ByteBuffer {
    /// The largest method that is ever sent: start-ok, with a login of two short strings.
    private static var maxMethodBytes: Int { 2048 }

    /// Appends the frame of a method.
    ///
    /// Its texts have been checked where they came from, so one that cannot be encoded is a programmer's error.
    mutating func writeMethod<Arguments>(
        _ number: UInt32, _ arguments: Arguments, channel: UInt16 = Negotiation.channel
    ) {
        var arguments = arguments
        writeFrame(.method, channel: channel, minimumWritableBytes: Self.maxMethodBytes) { payload in
            payload.storeBytes(of: number.bigEndian, as: UInt32.self)
            let encoded = amqp_bytes_t(len: payload.count - 4, bytes: payload.baseAddress.map { $0 + 4 })
            let length = withUnsafeMutablePointer(to: &arguments) { amqp_encode_method(number, $0, encoded) }
            precondition(length >= 0, "a method does not fit into \(payload.count) bytes")
            return 4 + Int(length)
        }
    }

    /// Appends the content header frame of a message with a body of 0 bytes; see ``ContentTemplate``.
    mutating func writeContentHeader(
        _ properties: amqp_basic_properties_t, channel: UInt16 = Negotiation.channel
    ) {
        var properties = properties
        writeFrame(.header, channel: channel, minimumWritableBytes: Self.maxMethodBytes) { payload in
            // AMQP 0-9-1, 2.3.5.2: class-id, weight (0), body size, then the property flags and list.
            payload.storeBytes(of: UInt16(AMQP_BASIC_CLASS).bigEndian, as: UInt16.self)
            payload.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self)
            UnsafeMutableRawBufferPointer(rebasing: payload[4..<12]).copyBytes(from: repeatElement(0, count: 8))
            let encoded = amqp_bytes_t(len: payload.count - 12, bytes: payload.baseAddress.map { $0 + 12 })
            let length = withUnsafeMutablePointer(to: &properties) {
                amqp_encode_properties(UInt16(AMQP_BASIC_CLASS), $0, encoded)
            }
            precondition(length >= 0, "the properties do not fit into \(payload.count) bytes")
            return 12 + Int(length)
        }
    }

    /// Appends a heartbeat frame.
    mutating func writeHeartbeat() {
        writeFrame(.heartbeat, channel: 0, minimumWritableBytes: 0) { _ in 0 }
    }

    /// Appends a frame whose payload `fill` writes; it returns the payload's size.
    private mutating func writeFrame(
        _ type: FrameType, channel: UInt16, minimumWritableBytes: Int,
        fill: (UnsafeMutableRawBufferPointer) -> Int
    ) {
        let start = writerIndex
        writeMultipleIntegers(type.rawValue, channel, UInt32(0))
        let size = writeWithUnsafeMutableBytes(minimumWritableBytes: minimumWritableBytes, fill)
        setInteger(UInt32(size), at: start + 3)
        writeInteger(FrameHeader.end)
    }
}
