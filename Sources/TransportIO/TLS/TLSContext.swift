package import Broker
import Glibc
package import NIOCore
import NIOSSL

/// TLS for the connections of one client or server: certificates and keys, read once.
package struct TLSContext: Sendable {
    private enum Side: Sendable {
        /// With whom the peer has to be; nil for anyone.
        case client(PeerName, verifies: Bool)
        case server
    }

    /// How long the handshake of an accepted connection may take.
    static let acceptTimeout = TimeAmount.seconds(10)

    private let context: NIOSSLContext
    private let side: Side
    /// Those of which one has to be agreed upon; none has to where it is empty.
    private let protocols: [String]
    private let trust: String
    /// What is to be said of this side's own certificate, in one line.
    package let warning: String?

    /// Reads what a client needs to connect to `host`.
    package init(_ options: ClientTLS, host: String) throws(TLSFailure) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites = Self.cipherSuites
        configuration.applicationProtocols = options.applicationProtocols
        if let file = options.trustRootsFile {
            configuration.trustRoots = .certificates(try Self.certificates(in: file))
        }
        // Whose certificate it is, the gate looks at.
        configuration.certificateVerification = options.verifiesPeer ? .noHostnameVerification : .none
        switch (options.certificateFile, options.keyFile) {
        case (let certificate?, let key?):
            let chain = try Self.certificates(in: certificate)
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(try Self.privateKey(in: key))
            warning = Self.warning(of: chain, in: certificate)
        case (nil, nil): warning = nil
        default: throw TLSFailure("a client certificate needs both files, that of the certificate and that of the key")
        }
        context = try Self.context(configuration)
        side = .client(try PeerName(options.serverName ?? host), verifies: options.verifiesPeer)
        protocols = options.applicationProtocols
        trust = options.trustRootsFile.map { "'\($0)'" } ?? "the system's trust store"
    }

    /// Reads what a server needs.
    package init(_ options: ServerTLS) throws(TLSFailure) {
        let chain = try Self.certificates(in: options.certificateFile)
        warning = Self.warning(of: chain, in: options.certificateFile)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try Self.privateKey(in: options.keyFile)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites = Self.cipherSuites
        configuration.applicationProtocols = options.applicationProtocols
        if let file = options.clientTrustRootsFile {
            configuration.trustRoots = .certificates(try Self.certificates(in: file))
            // Clients have no names.
            configuration.certificateVerification = .noHostnameVerification
        }
        context = try Self.context(configuration)
        side = .server
        protocols = options.requiresApplicationProtocol ? options.applicationProtocols : []
        trust = options.clientTrustRootsFile.map { "'\($0)'" } ?? "the system's trust store"
    }

    /// Puts TLS at the end of a pipeline, before what is to see cleartext.
    /// - Parameter secured: told by a client what was agreed upon; nil where nobody asks.
    /// - Returns: done when the handshake is; fails with a ``TLSFailure``, and the channel is closed then.
    package func add(
        to channel: any Channel, timeout: TimeAmount, secured: (@Sendable (TLSSession) -> Void)? = nil
    ) throws -> EventLoopFuture<Void> {
        let handler: NIOSSLHandler
        var lingering: LingeringClose?
        var (peer, told): (PeerName?, (@Sendable (TLSSession) -> Void)?)
        switch side {
        case .client(let name, let verifies):
            handler = try NIOSSLClientHandler(context: context, serverHostname: name.serverNameIndication)
            if verifies { peer = name }
            told = secured
        case .server:
            handler = NIOSSLServerHandler(context: context)
            lingering = LingeringClose()
        }
        let watch = told.map { _ in ServerHelloWatch() }
        if let watch { try channel.pipeline.syncOperations.addHandler(watch) }
        if let lingering { try channel.pipeline.syncOperations.addHandler(lingering) }
        let gate = TLSGate(
            handler, lingering: lingering, peer: peer, protocols: protocols, trust: trust, timeout: timeout,
            eventLoop: channel.eventLoop
        ) { version in
            told?(TLSSession(version: version, cipherSuite: watch?.cipherSuite.map(CipherSuite.name)))
        }
        try channel.pipeline.syncOperations.addHandlers(handler, gate)
        return gate.opened
    }

    /// Those of TLS 1.2 with forward secrecy and authenticated encryption (RFC 9325, 4.1 and 4.2); TLS 1.3 has no others.
    private static let cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"

    /// What a peer will not take of a certificate because of the time.
    private static func warning(of chain: [NIOSSLCertificate], in file: String) -> String? {
        let now = MonotonicClock.wallTime / 1_000_000_000
        for certificate in chain {
            if certificate.notValidAfter < now {
                return
                    "the certificate in '\(file)' has expired on \(day(certificate.notValidAfter)): no peer that looks at "
                    + "it will take it"
            }
            if certificate.notValidBefore > now {
                return
                    "the certificate in '\(file)' is not valid before \(day(certificate.notValidBefore)): no peer that "
                    + "looks at it will take it"
            }
        }
        return nil
    }

    /// The day of a time, in UTC: `2026-07-31`.
    private static func day(_ seconds: time_t) -> String {
        var (seconds, time) = (seconds, tm())
        gmtime_r(&seconds, &time)
        func digits(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(time.tm_year + 1900)-\(digits(time.tm_mon + 1))-\(digits(time.tm_mday))"
    }

    // MARK: Files

    private static func certificates(in file: String) throws(TLSFailure) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMFile(file)
            if !certificates.isEmpty { return certificates }
        } catch {}
        throw TLSFailure("cannot read certificates from '\(file)'. It has to be a PEM file that this user may read.")
    }

    private static func privateKey(in file: String) throws(TLSFailure) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(file: file, format: .pem)
        } catch {
            throw TLSFailure(
                "cannot read a private key from '\(file)'. It has to be a PEM file without a passphrase that this user "
                    + "may read.")
        }
    }

    private static func context(_ configuration: TLSConfiguration) throws(TLSFailure) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSFailure("TLS cannot be set up: does the private key belong to the certificate? (\(error))")
        }
    }
}
