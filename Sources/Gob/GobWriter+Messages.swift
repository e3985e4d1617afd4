/// A message's bounds, saved while a value inside it is written as a message of its own.
struct GobOpenMessage {
    var start: Int
    var prefixWidth: Int
}

extension GobWriter {
    /// How many bytes an unsigned integer takes.
    @inlinable
    static func width(of value: Int) -> Int {
        value < 128 ? 1 : 9 &- (UInt64(truncatingIfNeeded: value).leadingZeroBitCount >> 3)
    }

    /// Begins a message at the end of what is written.
    ///
    /// Its length comes first and is known last. Room is kept for as many bytes as the last message's length took, so
    /// that in a steady stream nothing has to be moved.
    @inlinable
    mutating func beginMessage() {
        messageStart = count
        reserve(prefixWidth)
        count &+= prefixWidth
    }

    /// Ends the message: writes its length before it.
    @inlinable
    mutating func endMessage() {
        let length = count &- messageStart &- prefixWidth
        let width = GobWriter.width(of: length)
        if width != prefixWidth { movePayload(toWidth: width) }
        let end = count
        // An unsigned integer is written with a store of up to 9 bytes, which may reach into the message.
        if width == 1 {
            base.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: messageStart, as: UInt8.self)
        } else {
            var offset = messageStart
            base.storeBytes(of: UInt8(truncatingIfNeeded: 1 &- width), toByteOffset: offset, as: UInt8.self)
            var shift = (width &- 2) &* 8
            while shift >= 0 {
                offset &+= 1
                base.storeBytes(of: UInt8(truncatingIfNeeded: length &>> shift), toByteOffset: offset, as: UInt8.self)
                shift &-= 8
            }
        }
        count = end
    }

    /// Moves what is written of the message, so that `width` bytes are free before it.
    @usableFromInline
    mutating func movePayload(toWidth width: Int) {
        let length = count - messageStart - prefixWidth
        if width > prefixWidth { reserve(width - prefixWidth) }
        (base + messageStart + width).copyMemory(from: base + messageStart + prefixWidth, byteCount: length)
        count = messageStart + width + length
        prefixWidth = width
    }

    /// Makes room for the length of a message that is about to grow by `extra` bytes.
    ///
    /// Done before many bytes are appended, as moving them afterwards would be a second copy.
    @usableFromInline
    mutating func widenPrefix(for extra: Int) {
        let length = count - messageStart - prefixWidth + extra
        let width = GobWriter.width(of: length)
        if width > prefixWidth { movePayload(toWidth: width) }
        reserve(extra + 64)
    }

    /// Begins a message inside the current one, for the value of an interface.
    mutating func beginNestedMessage() -> GobOpenMessage {
        let outer = GobOpenMessage(start: messageStart, prefixWidth: prefixWidth)
        prefixWidth = 1
        beginMessage()
        return outer
    }

    /// Ends it and goes on with the outer one.
    mutating func endNestedMessage(_ outer: GobOpenMessage) {
        endMessage()
        messageStart = outer.start
        prefixWidth = outer.prefixWidth
    }
}
