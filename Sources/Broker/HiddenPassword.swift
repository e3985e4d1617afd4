extension String {
    /// The text with the passwords of the URLs in it (RFC 3986 3.2.1: `scheme://user:password@host`) replaced by `***`.
    public var hidingPasswords: String {
        var shown = ""
        var rest = self[...]
        while let scheme = rest.firstRange(of: "://") {
            shown += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            // A password that is not encoded as it should be may hold any of '/', '?' and '#'; a URL holds no blank.
            let url = rest.prefix { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
            guard let at = url.lastIndex(of: "@"), let colon = url[..<at].firstIndex(of: ":") else { continue }
            shown += rest[...colon] + "***"
            rest = rest[at...]
        }
        return shown + rest
    }
}
