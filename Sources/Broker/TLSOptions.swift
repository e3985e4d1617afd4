/// How a client secures its connections with TLS: whom it trusts, and who it says it is.
public struct ClientTLS: Sendable, Hashable {
    /// A PEM file with the certificates of the authorities that are trusted; nil for those of the system.
    public var trustRootsFile: String?
    /// The name that the peer's certificate has to bear; nil for the host that is connected to.
    ///
    /// That may be an address, for which a certificate bears it as one; the address that a name resolves to counts for nothing
    /// (RFC 9525, 6).
    public var serverName: String?
    /// A PEM file with this side's certificate, and those that lead from it to an authority; nil for none.
    public var certificateFile: String?
    /// A PEM file with the private key of that certificate.
    public var keyFile: String?
    /// Whether the peer's certificate is looked at.
    ///
    /// Without that, anyone in between can read and answer everything.
    public var verifiesPeer: Bool
    /// The protocols that are offered (ALPN, RFC 7301), of which the peer has to choose one; empty to offer none.
    public var applicationProtocols: [String]

    /// Creates options.
    public init(
        trustRootsFile: String? = nil, serverName: String? = nil, certificateFile: String? = nil,
        keyFile: String? = nil, verifiesPeer: Bool = true, applicationProtocols: [String] = []
    ) {
        self.trustRootsFile = trustRootsFile
        self.serverName = serverName
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.verifiesPeer = verifiesPeer
        self.applicationProtocols = applicationProtocols
    }
}

/// How a server secures its connections with TLS.
public struct ServerTLS: Sendable, Hashable {
    /// A PEM file with the server's certificate, and those that lead from it to an authority.
    public var certificateFile: String
    /// A PEM file with the private key of that certificate.
    public var keyFile: String
    /// A PEM file with the authorities of which every client has to have a certificate; nil to ask for none.
    public var clientTrustRootsFile: String?
    /// The protocols that are taken (ALPN, RFC 7301), the preferred one first; empty to take what comes.
    public var applicationProtocols: [String]
    /// Whether a client has to offer one of them.
    public var requiresApplicationProtocol: Bool

    /// Creates options.
    public init(
        certificateFile: String, keyFile: String, clientTrustRootsFile: String? = nil,
        applicationProtocols: [String] = [], requiresApplicationProtocol: Bool = true
    ) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientTrustRootsFile = clientTrustRootsFile
        self.applicationProtocols = applicationProtocols
        self.requiresApplicationProtocol = requiresApplicationProtocol
    }
}

/// A server's certificate, and the private authority that has signed it; and what its clients show, where it asks them.
public struct ServerCertificate: Sendable, Hashable {
    /// The name that the certificate bears, wherever the server listens.
    public var name: String
    /// A PEM file with the authority's certificate.
    public var authorityFile: String
    /// A PEM file with the server's.
    public var certificateFile: String
    /// A PEM file with the private key of the server's.
    public var keyFile: String
    /// What clients show that have to have a certificate of the authority's; nil where none is asked for.
    public var client: ClientCertificate?

    /// A certificate in those files.
    public init(
        name: String, authorityFile: String, certificateFile: String, keyFile: String, client: ClientCertificate? = nil
    ) {
        self.name = name
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.client = client
    }

    /// The name that the certificate bears, too, for a server that asks some of its clients alone for one: those that call it by
    /// this name (RFC 6066, 3).
    public var mutualName: String { "mutual.\(name)" }

    /// The same for a server that asks its clients for none.
    public var withoutClient: ServerCertificate {
        ServerCertificate(name: name, authorityFile: authorityFile, certificateFile: certificateFile, keyFile: keyFile)
    }

    /// What a client of that server has to know.
    public var trust: ClientTLS {
        ClientTLS(
            trustRootsFile: authorityFile, serverName: name, certificateFile: client?.certificateFile,
            keyFile: client?.keyFile)
    }
}

/// A client's certificate.
public struct ClientCertificate: Sendable, Hashable {
    /// A PEM file with the certificate.
    public var certificateFile: String
    /// A PEM file with its private key.
    public var keyFile: String

    /// A certificate in those files.
    public init(certificateFile: String, keyFile: String) {
        (self.certificateFile, self.keyFile) = (certificateFile, keyFile)
    }
}

/// What the two ends of a connection have agreed upon in its TLS handshake.
public struct TLSSession: Sendable, Hashable {
    /// The version: `TLSv1.3`.
    public var version: String
    /// The cipher suite, as IANA's registry has it: `TLS_AES_128_GCM_SHA256`; nil where it is not known.
    public var cipherSuite: String?

    /// A session.
    public init(version: String, cipherSuite: String? = nil) {
        (self.version, self.cipherSuite) = (version, cipherSuite)
    }
}
