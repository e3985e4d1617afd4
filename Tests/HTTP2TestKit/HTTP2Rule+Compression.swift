/// Rules of header compression: RFC 7541.
extension HTTP2Rule {
    static let compression = [
        block("RFC 7541 2.3.3 an index beyond both tables", [0xC6]),
        block("RFC 7541 2.3.3 a name's index beyond both tables", [0x7F, 0x07, 1, 0x61]),
        block("RFC 7541 4.2 a change of the table's size behind a field", [0x83, 0x20]),
        block("RFC 7541 5.1 an integer without end", [0xFF] + [UInt8](repeating: 0xFF, count: 10) + [0x7F]),
        block("RFC 7541 5.2 a string longer than the block", [0, 1, 0x61, 9, 0x62]),
        block("RFC 7541 5.2 Huffman padding of 8 bits and more", [0, 1, 0x61, 0x82, 0x1F, 0xFF]),
        block("RFC 7541 5.2 Huffman padding of zeros", [0, 1, 0x61, 0x81, 0x18]),
        block("RFC 7541 5.2 EOS in a Huffman string", [0, 1, 0x61, 0x85, 0x1F, 0xFF, 0xFF, 0xFF, 0xFF]),
        block("RFC 7541 6.1 the index 0", [0x80]),
        block("RFC 7541 6.3 a table larger than SETTINGS_HEADER_TABLE_SIZE", [0x3F, 0xE2, 0x1F, 0x83]),
        block("RFC 9113 4.3 a block that ends in the middle of a field", [0xFF, 0xFF]),
    ]

    private static func block(_ text: String, _ block: [UInt8]) -> HTTP2Rule {
        HTTP2Rule(text, .compression) { frames, _ in frames.add(RawFrames.Kind.headers, 5, 1, block) }
    }
}
