import CNGHTTP2
package import NIOCore

/// What a server has done on its connection as a whole: begun to speak HTTP/2, broken its rules, or ended it.
package struct PeerConduct {
    /// Whether the server's SETTINGS have come: RFC 9113 3.4, they are the first that it says.
    package var hasSeenSettings = false
    /// What nghttp2 has complained of last.
    package var lastComplaint = ""
    private var violation: String?
    /// The error that the server's GOAWAY named.
    private var farewell: String?

    package init() {}

    /// A GOAWAY has come.
    package mutating func goawayCame(_ errorCode: UInt32, _ text: String) {
        guard errorCode != NGHTTP2_NO_ERROR.rawValue else { return }
        farewell = "\(HTTP2Session.name(ofErrorCode: errorCode))\(text.isEmpty ? "" : " (\(text))")"
    }

    /// This side has sent a GOAWAY: where it names an error, the server has broken a rule.
    package mutating func goawaySent(_ errorCode: UInt32) {
        guard errorCode != NGHTTP2_NO_ERROR.rawValue else { return }
        violation = "\(HTTP2Session.name(ofErrorCode: errorCode)) \(lastComplaint)"
    }

    /// What the connection ends of, if it does.
    /// - Parameters:
    ///   - failure: nghttp2's error code.
    ///   - opening: the bytes that came, if no SETTINGS had come before.
    package mutating func defect(_ failure: Int32?, opening: ByteBuffer?) -> String? {
        if let failure, violation == nil { violation = HTTP2Session.text(ofLibraryError: failure) }
        guard let violation else { return nil }
        guard !hasSeenSettings, let opening else { return "the peer broke HTTP/2: \(violation)" }
        let text = String(decoding: opening.readableBytesView.prefix(16), as: UTF8.self).debugDescription
        let kind = text.hasPrefix("\"H") ? "it seems to be an HTTP/1 server" : "its first frame is not SETTINGS"
        return "the peer does not speak HTTP/2 with prior knowledge (RFC 9113 3.4): \(kind); it began with \(text)"
    }

    /// What the end of the connection was a consequence of, if the server said so.
    package var defectAtEnd: String? {
        farewell.map { "the peer ended the connection with GOAWAY \($0)" }
    }
}
