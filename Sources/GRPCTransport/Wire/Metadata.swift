/// Custom metadata of a call, in order: gRPC over HTTP2, "Custom-Metadata".
package struct Metadata: Sendable, Equatable {
    /// A name with one of its values; a name may come several times.
    package struct Field: Sendable, Equatable {
        /// In lower case; it ends in `-bin` where the value is binary.
        package let name: String
        /// Text in ASCII, or any bytes where the name ends in `-bin`.
        package let value: [UInt8]
    }

    package private(set) var fields: [Field] = []

    package init() {}

    /// Adds a text.
    /// - Throws: a status of code INTERNAL if the name or the text cannot be metadata.
    package mutating func add(_ name: String, _ text: String) throws(GRPCStatus) {
        guard Self.isName(name), !name.hasSuffix("-bin"), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw GRPCStatus(.internalError, "'\(name)' with the value '\(text)' cannot be text metadata")
        }
        fields.append(Field(name: name, value: Array(text.utf8)))
    }

    /// Adds bytes under a name that ends in `-bin`.
    /// - Throws: a status of code INTERNAL if the name cannot be one of binary metadata.
    package mutating func add(binary name: String, _ bytes: [UInt8]) throws(GRPCStatus) {
        guard Self.isName(name), name.hasSuffix("-bin") else {
            throw GRPCStatus(.internalError, "'\(name)' cannot be a name of binary metadata, which end in -bin")
        }
        fields.append(Field(name: name, value: bytes))
    }

    /// The first value of that name, as text.
    package subscript(_ name: String) -> String? {
        fields.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    /// The first value of that name.
    package subscript(binary name: String) -> [UInt8]? {
        fields.first { $0.name == name }?.value
    }

    /// "Header-Name"; names of HTTP/2 itself, of gRPC and of connections are not custom.
    private static func isName(_ name: String) -> Bool {
        let isLowerCase = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
            default: false
            }
        }
        return !name.isEmpty && isLowerCase && !isReserved(name)
    }

    private static func isReserved(_ name: String) -> Bool {
        name.hasPrefix("grpc-") || name.hasPrefix(":")
            || ["te", "content-type", "user-agent", "host", "connection", "transfer-encoding"].contains(name)
    }

    /// Takes a field as it came; what is neither custom nor well-formed is left out.
    package mutating func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        let name = String(decoding: name, as: UTF8.self)
        guard !Self.isReserved(name) else { return }
        guard name.hasSuffix("-bin") else { return fields.append(Field(name: name, value: Array(value))) }
        // "If a header is repeated, values may be joined with a comma": binary ones are split again before decoding.
        for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let trimmed = part.drop { $0 == 0x20 }
            if let bytes = Base64.decode(trimmed) { fields.append(Field(name: name, value: bytes)) }
        }
    }

    /// The values as they go on the wire.
    func forEachOnWire(_ body: (String, [UInt8]) -> Void) {
        for field in fields {
            body(field.name, field.name.hasSuffix("-bin") ? Base64.encode(field.value) : field.value)
        }
    }
}
