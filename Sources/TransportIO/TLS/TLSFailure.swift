import NIOSSL

/// Why there is no TLS connection, or none any more: one line with what to do about it.
package struct TLSFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
    /// Whether the peer has refused this side in the handshake, for its certificate or for want of one: whatever was sent behind
    /// this side's part of it, the peer has taken none of it.
    package var isRefusal = false

    init(_ description: String) {
        self.description = description
    }

    /// A certificate that is for somebody else.
    init(_ peer: PeerName, isNotIn certificate: NIOSSLCertificate) {
        self.init(
            "the peer's certificate is for another name: for \(certificate.namesInWords), not \(peer). Connect by a name that "
                + "it bears, or say which it bears (--tls-server-name, or server_name_indication in an amqps URL).")
    }

    /// What an error of the TLS library means.
    /// - Parameter trust: which authorities this side trusts, in words.
    init(_ error: any Error, trust: String) {
        let text = "\(error)"
        let known: [(sign: String, meaning: String)] = [
            (
                "CERTIFICATE_VERIFY_FAILED",
                "the peer's certificate is not trusted: it is expired, or of no authority in \(trust). Name the file of "
                    + "its authority (--tls-ca, or cacertfile in an amqps URL)."
            ),
            (
                "PEER_DID_NOT_RETURN_A_CERTIFICATE",
                "the client has no certificate, and one of an authority in \(trust) is asked for"
            ),
            (
                "WRONG_VERSION_NUMBER",
                "the peer does not speak TLS at this port. Use its TLS port, or leave TLS out."
            ),
            (
                "HTTP_REQUEST",
                "the peer sent a request in cleartext"
            ),
            (
                "UNRECOGNIZED_NAME",
                "the peer knows nothing of the name it was asked for. Say another one (--tls-server-name, or "
                    + "server_name_indication in an amqps URL)."
            ),
            (
                "PROTOCOL_VERSION",
                "the peer speaks neither TLS 1.2 nor TLS 1.3"
            ),
            (
                "UNSUPPORTED_PROTOCOL",
                "the peer speaks neither TLS 1.2 nor TLS 1.3"
            ),
            (
                "HANDSHAKE_FAILURE",
                "the peer broke off the TLS handshake: the two have no cipher suite in common, or it wants what was not "
                    + "offered. TLS 1.2 is spoken with ECDHE and AES-GCM or ChaCha20 only."
            ),
            (
                "NO_SHARED_CIPHER",
                "the two have no cipher suite in common. TLS 1.2 is spoken with ECDHE and AES-GCM or ChaCha20 only."
            ),
            (
                "NO_APPLICATION_PROTOCOL",
                "the peer takes none of the offered protocols (ALPN). Is it another service's port?"
            ),
            (
                "eofDuringHandshake",
                "the peer closed the connection during the TLS handshake. Does it speak TLS at this port?"
            ),
            (
                "EOF during handshake",
                "the peer closed the connection during the TLS handshake. Does it speak TLS at this port?"
            ),
        ]
        let refusal = Self.refusals.first { text.contains($0.sign) }?.meaning
        let meaning = refusal ?? known.first { text.contains($0.sign) }?.meaning
        self.init(meaning ?? "TLS failed: \(Self.words(of: text))")
        isRefusal = refusal != nil
    }

    /// The alerts of a peer that has looked at this side's certificate (RFC 8446, 6.2).
    private static let refusals: [(sign: String, meaning: String)] = [
        (
            "CERTIFICATE_REQUIRED",
            "the peer asks for a certificate. Give one (--tls-certificate and --tls-key, or certfile and keyfile in "
                + "an amqps URL)."
        ),
        (
            "ALERT_UNKNOWN_CA",
            "the peer does not trust this side's certificate. Use one of an authority that it knows."
        ),
        (
            "ALERT_CERTIFICATE_EXPIRED",
            "the peer says that this side's certificate has expired"
        ),
        (
            "ALERT_CERTIFICATE_REVOKED",
            "the peer says that this side's certificate was revoked"
        ),
        (
            "ALERT_BAD_CERTIFICATE",
            "the peer does not take this side's certificate"
        ),
        (
            "ALERT_UNSUPPORTED_CERTIFICATE",
            "the peer does not take a certificate of the kind of this side's"
        ),
        (
            "ALERT_CERTIFICATE_UNKNOWN",
            "the peer does not take this side's certificate, or finds none that it would take"
        ),
    ]

    /// The reasons in an error of BoringSSL, such as `... error:10000438:SSL routines:OPENSSL_internal:TLSV1_ALERT_INTERNAL_ERROR
    /// at ...`, in words: `tlsv1 alert internal error`.
    private static func words(of text: String) -> String {
        let reasons = text.split(separator: ":").compactMap { part -> String? in
            guard let word = part.split(separator: " ").first, word.utf8.contains(UInt8(ascii: "_")),
                word.utf8.allSatisfy({ isReasonByte($0) })
            else { return nil }
            return word.lowercased().replacing("_", with: " ")
        }
        return reasons.isEmpty ? text : reasons.joined(separator: ", ")
    }

    private static func isReasonByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "_")
    }
}
