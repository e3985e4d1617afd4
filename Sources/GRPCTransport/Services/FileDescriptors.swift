import EntryProtobuf

/// The files of a `google.protobuf.FileDescriptorSet`, by their names and by the full names of what they define.
struct FileDescriptors: Sendable {
    /// What the logger offers; read when reflection is used for the first time.
    static let logger = FileDescriptors(set: Base64.decode(FileDescriptorSet.base64.utf8) ?? [])

    /// Each file is a serialized `FileDescriptorProto`.
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var messages: Set<String> = []
    private var fileOfSymbol: [String: String] = [:]

    /// - Parameter set: the serialized set; what of it is malformed is left out.
    init(set: [UInt8]) {
        let bytes = set.span.bytes
        for file in Self.fields(bytes)[1] ?? [] { addFile(bytes.extracting(file)) }
    }

    /// The file that defines a service, method, message, field, enum or enum value.
    func file(defining symbol: String) -> [UInt8]? {
        fileOfSymbol[symbol].flatMap { files[$0] }
    }

    // The numbers are those of descriptor.proto.

    private mutating func addFile(_ file: RawSpan) {
        let fields = Self.fields(file)
        guard let name = Self.text(fields[1]?.last, file) else { return }
        files[name] = file.withUnsafeBytes { Array($0) }
        let package = Self.text(fields[2]?.last, file) ?? ""
        for message in fields[4] ?? [] { addMessage(file.extracting(message), in: package, of: name) }
        for item in fields[5] ?? [] { addEnum(file.extracting(item), in: package, of: name) }
        for service in fields[6] ?? [] { add(file.extracting(service), in: package, members: [2], of: name) }
    }

    /// `DescriptorProto`: field = 2, nested_type = 3, enum_type = 4, oneof_decl = 8.
    private mutating func addMessage(_ message: RawSpan, in scope: String, of file: String) {
        guard let name = add(message, in: scope, members: [2, 8], of: file) else { return }
        messages.insert(name)
        let fields = Self.fields(message)
        for nested in fields[3] ?? [] { addMessage(message.extracting(nested), in: name, of: file) }
        for item in fields[4] ?? [] { addEnum(message.extracting(item), in: name, of: file) }
    }

    /// "enum values use C++ scoping rules, meaning that enum values are siblings of their type, not children of it".
    private mutating func addEnum(_ item: RawSpan, in scope: String, of file: String) {
        add(item, in: scope, members: [], of: file)
        for value in Self.fields(item)[2] ?? [] { add(item.extracting(value), in: scope, members: [], of: file) }
    }

    /// Adds what has its name in field 1, and its members.
    @discardableResult
    private mutating func add(_ item: RawSpan, in scope: String, members: [UInt32], of file: String) -> String? {
        let fields = Self.fields(item)
        guard let name = Self.text(fields[1]?.last, item) else { return nil }
        let fullName = scope.isEmpty ? name : "\(scope).\(name)"
        fileOfSymbol[fullName] = file
        for number in members {
            for member in fields[number] ?? [] {
                add(item.extracting(member), in: fullName, members: [], of: file)
            }
        }
        return fullName
    }

    private static func text(_ range: Range<Int>?, _ bytes: RawSpan) -> String? {
        range.map { range in bytes.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }

    /// Where the length-prefixed fields of a message lie, by their numbers.
    private static func fields(_ bytes: RawSpan) -> [UInt32: [Range<Int>]] {
        var fields: [UInt32: [Range<Int>]] = [:]
        var offset = 0
        do throws(ProtobufReader.Malformation) {
            while offset < bytes.byteCount {
                let tag = try ProtobufReader.tag(bytes, &offset)
                if tag.wireType == .len {
                    fields[tag.number, default: []].append(try ProtobufReader.lengthPrefixed(bytes, &offset))
                } else {
                    try ProtobufReader.skip(tag, bytes, &offset)
                }
            }
        } catch {}
        return fields
    }
}
