package import Broker
package import NIOCore
import NIOSSL

/// TLS for the connections of one client or server: certificates and keys, read once.
package struct TLSContext: Sendable {
    private enum Side: Sendable {
        case client(serverName: String?)
        case server
    }

    /// How long the handshake of an accepted connection may take.
    static let acceptTimeout = TimeAmount.seconds(10)

    private let context: NIOSSLContext
    private let side: Side
    /// Those of which one has to be agreed upon; none has to where it is empty.
    private let protocols: [String]
    private let trust: String

    /// Reads what a client needs to connect to `host`.
    package init(_ options: ClientTLS, host: String) throws(TLSFailure) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = options.applicationProtocols
        if let file = options.trustRootsFile {
            configuration.trustRoots = .certificates(try Self.certificates(in: file))
        }
        if !options.verifiesPeer { configuration.certificateVerification = .none }
        switch (options.certificateFile, options.keyFile) {
        case (let certificate?, let key?):
            configuration.certificateChain = try Self.certificates(in: certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try Self.privateKey(in: key))
        case (nil, nil): break
        default: throw TLSFailure("a client certificate needs both files, that of the certificate and that of the key")
        }
        context = try Self.context(configuration)
        // A server name is a DNS name (RFC 6066, 3). An address is looked for in the certificate by the library itself.
        let isAddress = (try? SocketAddress(ipAddress: options.serverName ?? host, port: 0)) != nil
        side = .client(serverName: isAddress ? nil : options.serverName ?? host)
        protocols = options.applicationProtocols
        trust = options.trustRootsFile.map { "'\($0)'" } ?? "the system's trust store"
    }

    /// Reads what a server needs.
    package init(_ options: ServerTLS) throws(TLSFailure) {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try Self.certificates(in: options.certificateFile).map { .certificate($0) },
            privateKey: .privateKey(try Self.privateKey(in: options.keyFile)))
        configuration.minimumTLSVersion = .tlsv12
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
    /// - Returns: done when the handshake is; fails with a ``TLSFailure``, and the channel is closed then.
    package func add(to channel: any Channel, timeout: TimeAmount) throws -> EventLoopFuture<Void> {
        let handler: NIOSSLHandler
        switch side {
        case .client(let name): handler = try NIOSSLClientHandler(context: context, serverHostname: name)
        case .server: handler = NIOSSLServerHandler(context: context)
        }
        let gate = TLSGate(protocols: protocols, trust: trust, timeout: timeout, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandlers(handler, gate)
        return gate.opened
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
