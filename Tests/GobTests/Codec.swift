import Gob
import Testing

/// Every value of a stream, and the decoder's types at its end.
func decodeAll(_ bytes: [UInt8], limits: GobLimits = GobLimits()) throws(GobError) -> [GobDocument] {
    var decoder = GobDecoder(limits: limits)
    var documents: [GobDocument] = []
    var offset = 0
    while offset < bytes.count {
        var document = GobDocument()
        switch try decoder.decode(into: &document, from: bytes.span.bytes.extracting(offset..<bytes.count)) {
        case .value(let consumed):
            documents.append(document)
            offset += consumed
        case .needsMore: return documents
        }
    }
    return documents
}

/// The first value of a stream.
func decode<Value: GobField>(
    _ type: Value.Type = Value.self, _ bytes: [UInt8], limits: GobLimits = GobLimits()
) throws -> Value {
    var decoder = GobDecoder(limits: limits)
    var value = Value.gobZero
    guard case .value = try decoder.decode(into: &value, from: bytes.span.bytes) else {
        throw GobError(.incomplete, "incomplete")
    }
    return value
}

/// Values of one type as a stream of their own.
func encode<Value: GobField>(_ values: Value..., firstTypeID: Int32 = 65) throws -> [UInt8] {
    var encoder = GobEncoder(firstTypeID: GobTypeID(rawValue: firstTypeID))
    for value in values { try encoder.encode(value) }
    return encoder.withUnsafeBytes { Array($0) }
}

func encode(_ documents: [GobDocument]) throws -> [UInt8] {
    var encoder = GobEncoder()
    for document in documents { try encoder.encode(document) }
    return encoder.withUnsafeBytes { Array($0) }
}

/// The error that `body` throws.
func gobError(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> GobError {
    try #require(throws: GobError.self, sourceLocation: sourceLocation) { try body() }
}
