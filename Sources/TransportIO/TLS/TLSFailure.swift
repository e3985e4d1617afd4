import NIOSSL

/// Why there is no TLS connection, or none any more: one line with what to do about it.
package struct TLSFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
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
                "ALERT_UNKNOWN_CA",
                "the peer does not trust this side's certificate. Use one of an authority that it knows."
            ),
            (
                "CERTIFICATE_REQUIRED",
                "the peer asks for a certificate. Give one (--tls-certificate and --tls-key, or certfile and keyfile in "
                    + "an amqps URL)."
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
            (
                "failedToValidateHostname",
                "the peer's certificate is for another name. Connect by a name that it bears, or say which it bears "
                    + "(--tls-server-name, or server_name_indication in an amqps URL)."
            ),
        ]
        let meaning = known.first { text.contains($0.sign) }?.meaning
        self.init(meaning ?? "TLS failed: \(text)")
    }
}
