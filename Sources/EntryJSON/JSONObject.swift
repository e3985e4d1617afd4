import Broker

/// A look into JSON objects that are not entries.
package enum JSONObject {
    /// The value of a member, as far as it is looked at.
    package enum Value {
        case string(String)
        case flag(Bool)
        /// `null`, a number, an array or an object.
        case other
    }

    /// Calls `body` for each member of the object in `json`.
    /// - Throws: ``EntryJSONError`` when the text is not an object and white space.
    package static func forEachMember(
        in json: RawSpan, _ body: (_ key: String, _ value: Value) -> Void
    ) throws(EntryJSONError) {
        var cursor = JSONCursor(json, scratch: [])
        try cursor.members { (cursor: inout JSONCursor, key) throws(EntryJSONError) in
            let start = cursor.peek()
            switch start {
            case UInt8(ascii: "\""):
                let value = try cursor.string()
                body(cursor.text(of: key), .string(cursor.text(of: value)))
            case UInt8(ascii: "t"), UInt8(ascii: "f"):
                try cursor.skipValue()
                body(cursor.text(of: key), .flag(start == UInt8(ascii: "t")))
            default:
                try cursor.skipValue()
                body(cursor.text(of: key), .other)
            }
        }
        guard cursor.peek() == nil else { throw cursor.unexpected("the end of the text") }
    }
}
