/// The name of a Unix domain socket (unix(7)): a file, or an abstract name, which belongs to a network namespace.
public enum UnixSocketName: Sendable, Hashable, CustomStringConvertible {
    /// The absolute path of a file.
    case path(String)
    /// A name that no file has, and that is gone with the last socket that bears it.
    case abstract(String)

    /// The longest path or name, in bytes: `sun_path` has 108, of which a zero byte ends a path, or begins an abstract name.
    public static let maxBytes = 107

    /// Whether a text means one: a host whose name is `unix` has a port behind it.
    package static func isMeant(by text: some StringProtocol) -> Bool {
        text.utf8.starts(with: "unix:/".utf8) || text.utf8.starts(with: "unix:@".utf8)
    }

    /// Reads `unix:/path`, `unix:///path` as in a URL, or `unix:@name`.
    /// - Throws: ``EndpointError`` when the text is not of that form, or too long.
    public init(parsing text: String) throws(EndpointError) {
        guard Self.isMeant(by: text) else { throw EndpointError(text: text) }
        let rest = text.utf8.dropFirst("unix:".utf8.count)
        let isAbstract = rest.first == UInt8(ascii: "@")
        // One slash is as good as three.
        let bytes = isAbstract ? rest.dropFirst() : rest.drop { $0 == UInt8(ascii: "/") }
        let name = (isAbstract ? "" : "/") + String(Substring(bytes))
        guard !bytes.isEmpty, name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw EndpointError(text: text)
        }
        guard name.utf8.count <= Self.maxBytes else {
            throw EndpointError(
                text: text,
                form: "a path, or a name behind @, of at most \(Self.maxBytes) bytes, for which sun_path has room "
                    + "(unix(7)); this one has \(name.utf8.count)")
        }
        self = isAbstract ? .abstract(name) : .path(name)
    }

    /// The text that ``init(parsing:)`` reads.
    public var description: String {
        switch self {
        case .path(let path): "unix:\(path)"
        case .abstract(let name): "unix:@\(name)"
        }
    }
}
