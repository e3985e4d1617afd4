extension String {
    /// The text with the passwords of the URLs in it replaced by `***`: before the host (RFC 3986 3.2.1:
    /// `scheme://user:password@host`), and in what libpq takes behind it (`?password=` and `&sslpassword=`).
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
        return (shown + rest).hidingPasswordParameters
    }

    private var hidingPasswordParameters: String {
        var shown = ""
        var rest = self[...]
        while let key = rest.firstRange(of: "password=") {
            let isParameter = ["?", "&", "?ssl", "&ssl"].contains { (shown + rest[..<key.lowerBound]).hasSuffix($0) }
            shown += rest[..<key.upperBound]
            rest = rest[key.upperBound...]
            guard isParameter else { continue }
            let value = rest.prefix { $0 != "&" && !$0.isWhitespace && $0 != "\"" && $0 != "'" }
            shown += value.isEmpty ? "" : "***"
            rest = rest[value.endIndex...]
        }
        return shown + rest
    }
}
