import Broker

/// A look into JSON objects that are not entries.
package enum JSONObject {
    /// Calls `body` for each member of the object in `json` that is a string.
    /// - Throws: ``EntryJSONError`` when the text is not an object.
    package static func forEachString(
        in json: RawSpan, _ body: (_ key: String, _ value: String) -> Void
    ) throws(EntryJSONError) {
        var cursor = JSONCursor(json, scratch: [])
        try cursor.members { (cursor: inout JSONCursor, key) throws(EntryJSONError) in
            guard cursor.peek() == UInt8(ascii: "\"") else { return try cursor.skipValue() }
            let value = try cursor.string()
            body(cursor.text(of: key), cursor.text(of: value))
        }
    }
}
