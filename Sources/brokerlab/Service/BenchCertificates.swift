import ArgumentParser
import BenchmarkResults
import Broker
import Foundation
import Glibc
import Subprocess

/// The certificates of a benchmark, in a folder of their own that is gone when it ends: a private authority, and what it has
/// signed for the loggers and the message brokers of the run, and for its brokers where they are asked for one.
enum BenchCertificates {
    /// What makes them.
    static let program = "openssl"
    /// The command that installs it.
    static let installCommand = "apt-get install openssl"
    /// The name that they bear, wherever the servers listen.
    private static let name = "localhost"

    /// Where the program is; nil where it is not installed.
    static var installation: String? {
        let folders = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    /// The suite without TLS where there can be none, and what is to be said of that: the other cells can be measured.
    /// - Parameter given: the companions that are not started, by the names of their transports.
    /// - Throws: ``BenchmarkError`` where nothing is left; `ValidationError`.
    static func available(_ suite: Suite, given: [String: String]) throws -> (suite: Suite, missing: String?) {
        guard suite.usedTLS.contains(where: \.isOn) else { return (suite, nil) }
        let names = try suite.measuredTransports.map { try TransportRegistry.transport(named: $0) }
            .filter { $0.companion != nil }.map(\.name)
        if let name = names.first(where: { given[$0] != nil }) {
            throw ValidationError(
                "What --\(name) names speaks TLS or not, as its URL says: leave it out, so that bench starts its own for both, "
                    + "or leave out --tls.")
        }
        guard installation == nil else { return (suite, nil) }
        let reason = "\(program) is not installed, which makes the certificates. Install it (\(installCommand))."
        guard suite.usedTLS.contains(.off) else { throw BenchmarkError("there can be no TLS: \(reason)") }
        var suite = suite
        suite.tls = nil
        return (suite, "TLS is left out: \(reason)")
    }

    /// Makes what a suite needs, lends it to `body`, and removes it.
    /// - Throws: what `body` throws; ``BenchmarkError``; `CancellationError`.
    static func run<R: Sendable>(for suite: Suite, _ body: (ServerCertificate?) async throws -> R) async throws -> R {
        guard suite.usedTLS.contains(where: \.isOn) else { return try await body(nil) }
        let folder = try FileSystem.makeFolder("tls", in: FileManager.default.temporaryDirectory.path)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(make(in: folder, isMutual: suite.usedTLS.contains(.mutual)))
    }

    /// An authority of its own and what it signs, all of use for longer than any run takes.
    private static func make(in folder: String, isMutual: Bool) async throws -> ServerCertificate {
        func file(_ name: String) -> String { "\(folder)/\(name)" }
        let server = ServerCertificate(
            name: name, authorityFile: file("authority.pem"), certificateFile: file("server.pem"),
            keyFile: file("server.key"))
        let (settings, authorityKey) = (file("settings"), file("authority.key"))
        try Data(Self.settings(server).utf8).write(to: URL(filePath: settings))
        try await openssl(
            ["req", "-x509", "-config", settings, "-extensions", "authority"] + newKey + days
                + ["-keyout", authorityKey, "-out", server.authorityFile])
        // No two of one authority have the same number (RFC 5280, 4.1.2.2).
        func sign(
            _ kind: String, number: Int, _ subject: String, as certificateFile: String, key: String
        ) async throws {
            let request = file("request.pem")
            try await openssl(
                ["req", "-config", settings, "-subj", "/CN=\(subject)"] + newKey + ["-keyout", key, "-out", request])
            try await openssl(
                ["x509", "-req", "-in", request, "-CA", server.authorityFile, "-CAkey", authorityKey]
                    + ["-set_serial", "\(number)"] + days
                    + ["-extfile", settings, "-extensions", kind, "-out", certificateFile])
        }
        try await sign("server", number: 1, name, as: server.certificateFile, key: server.keyFile)
        var certificate = server
        if isMutual {
            let client = ClientCertificate(certificateFile: file("client.pem"), keyFile: file("client.key"))
            try await sign("client", number: 2, "broker", as: client.certificateFile, key: client.keyFile)
            certificate.client = client
        }
        // It signs nothing else.
        unlink(authorityKey)
        return certificate
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    private static let days = ["-days", "30"]

    /// What certificates say (RFC 5280, 4.2.1).
    private static func settings(_ certificate: ServerCertificate) -> String {
        """
        [req]
        distinguished_name = subject
        prompt = no
        [subject]
        commonName = broker-lab
        [authority]
        basicConstraints = critical, CA:TRUE
        keyUsage = critical, keyCertSign
        subjectKeyIdentifier = hash
        [server]
        basicConstraints = critical, CA:FALSE
        keyUsage = critical, digitalSignature
        extendedKeyUsage = serverAuth
        subjectAltName = DNS:\(certificate.name), DNS:\(certificate.mutualName), IP:127.0.0.1, IP:198.18.0.1, IP:198.18.0.2
        [client]
        basicConstraints = critical, CA:FALSE
        keyUsage = critical, digitalSignature
        extendedKeyUsage = clientAuth

        """
    }

    private static func openssl(_ arguments: [String]) async throws {
        let ended = try await Subprocess.run(
            .name(program), arguments: .init(arguments), output: .discarded, error: .string(limit: 64 * 1024))
        try Task.checkCancellation()
        guard ended.terminationStatus.isSuccess else {
            let words = ended.standardError.split(whereSeparator: \.isNewline).joined(separator: " ")
            throw BenchmarkError("\(program) \(arguments[0]) makes no certificate: \(words)")
        }
    }
}
