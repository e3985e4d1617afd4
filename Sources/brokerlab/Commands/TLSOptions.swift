import ArgumentParser
import Broker

/// What a command that listens can be told of TLS.
struct TLSServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Speak TLS, and nothing else, at every address it listens on, with the certificate (chain) in this PEM file. "
                + "gRPC clients have to offer ALPN h2.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The private key of --tls-certificate: a PEM file.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Take only clients that have a certificate of an authority in this PEM file.", valueName: "file"))
    var tlsClientCa: String?

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("TLS needs --tls-certificate and --tls-key; give both.")
        }
        guard tlsClientCa == nil || tlsCertificate != nil else {
            throw ValidationError("--tls-client-ca needs --tls-certificate and --tls-key.")
        }
    }

    /// What a transport is to be told; nil for cleartext.
    var tls: ServerTLS? {
        guard let tlsCertificate, let tlsKey else { return nil }
        return ServerTLS(certificateFile: tlsCertificate, keyFile: tlsKey, clientTrustRootsFile: tlsClientCa)
    }
}

/// What a command that sends can be told of TLS.
struct TLSClientOptions: ParsableArguments {
    @Flag(help: "Speak TLS. Each of the other TLS switches implies it; for amqp, give an amqps URL instead.")
    var tls = false

    @Option(
        help: ArgumentHelp(
            "Trust the authorities in this PEM file instead of the system's; a self-signed certificate is its own.",
            valueName: "file"))
    var tlsCa: String?

    @Option(
        help: ArgumentHelp(
            "The name that the logger's certificate bears, where that is not the host of --to, which is localhost for a Unix "
                + "socket.", valueName: "name"))
    var tlsServerName: String?

    @Option(
        help: ArgumentHelp("This side's certificate, where the logger asks for one: a PEM file.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The private key of --tls-certificate: a PEM file.", valueName: "file"))
    var tlsKey: String?

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("A client certificate needs --tls-certificate and --tls-key; give both.")
        }
    }

    /// What a transport is to be told; nil for cleartext.
    var client: ClientTLS? {
        guard tls || [tlsCa, tlsServerName, tlsCertificate].contains(where: { $0 != nil }) else { return nil }
        return ClientTLS(
            trustRootsFile: tlsCa, serverName: tlsServerName, certificateFile: tlsCertificate, keyFile: tlsKey)
    }
}
