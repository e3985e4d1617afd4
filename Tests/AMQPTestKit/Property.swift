extension FakeRabbitMQ {
    /// The properties of a message (AMQP 0-9-1, 1.8.1), in their order: each has a bit, the first one the highest.
    package enum Property: UInt16, CaseIterable, Sendable {
        case contentType, contentEncoding, headers, deliveryMode, priority, correlationID, replyTo, expiration,
            messageID
        case timestamp, type, userID, appID, clusterID

        /// The property's bit among the flags.
        package var flag: UInt16 { 0x8000 >> rawValue }

        /// Something in the encoding of this property.
        package var example: [UInt8] {
            switch self {
            case .headers: Self.nestedTable
            case .deliveryMode, .priority: [1]
            case .timestamp: bigEndian(UInt64(1))
            default: Self.text("text")
            }
        }

        /// A field table that holds one: `{"nested": {"x": 1}}`.
        static let nestedTable = table(
            shortString("nested") + [UInt8(ascii: "F")]
                + table(shortString("x") + [UInt8(ascii: "I")] + bigEndian(UInt32(1))))

        /// A property that is a text.
        package static func text(_ text: String) -> [UInt8] { shortString(text) }

        /// A property that is a field table (4.2.5.5), of fields that are encoded already.
        package static func table(_ fields: [UInt8]) -> [UInt8] { bigEndian(UInt32(fields.count)) + fields }
    }
}

/// A text of at most 255 bytes, behind its length.
func shortString(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

func longString(_ text: String) -> [UInt8] { bigEndian(UInt32(text.utf8.count)) + Array(text.utf8) }

func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
