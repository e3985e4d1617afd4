import Foundation
import Testing

/// Certificates that a test makes for itself, with openssl.
struct Certificates: Sendable {
    /// An authority, and what it has signed for `localhost`: server and client alike.
    let authority, certificate, key: String
    /// An authority that has signed nothing here.
    let stranger, strangerKey: String
    /// The folder that they are in, and that is removed with them.
    let folder: String

    /// Makes them in `folder`.
    init(in folder: URL) async throws {
        func path(_ name: String) -> String { folder.appending(path: name).path }
        (authority, stranger, strangerKey) = (path("ca.pem"), path("stranger.pem"), path("stranger.pem.key"))
        (certificate, key) = (path("localhost.pem"), path("localhost.key"))
        self.folder = folder.path
        for (file, subject) in [(authority, "/CN=broker-lab tests"), (stranger, "/CN=a stranger")] {
            try await Self.openssl(
                Self.newKey + ["-x509", "-days", "2", "-subj", subject, "-keyout", file + ".key", "-out", file])
        }
        try await Self.openssl(
            Self.newKey + ["-subj", "/CN=guest", "-keyout", key, "-out", path("request.pem")])
        try await sign("DNS:localhost", as: certificate)
    }

    /// Makes a certificate of the authority's for other names, with the same key; returns its file.
    /// - Parameter days: for how long it is valid; one of less than 0 has expired.
    func certificate(for names: String, days: Int = 2) async throws -> String {
        let file = folder + "/other-\(UUID().uuidString).pem"
        try await sign(names, as: file, days: days)
        return file
    }

    private func sign(_ names: String, as file: String, days: Int = 2) async throws {
        let extensions = folder + "/extensions"
        try Data("subjectAltName=\(names)\n".utf8).write(to: URL(filePath: extensions))
        try await Self.openssl([
            "x509", "-req", "-days", "\(days)", "-in", folder + "/request.pem", "-CA", authority, "-CAkey",
            authority + ".key", "-CAcreateserial", "-extfile", extensions, "-out", file,
        ])
    }

    private static let newKey = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private static func openssl(_ arguments: [String]) async throws {
        let finished = try await runProgram(Program(path: "/usr/bin/openssl"), arguments)
        try #require(finished.exitCode == 0, "\(finished.errors.text)")
    }
}

/// Makes certificates for `body`, and removes them after that.
func withCertificates(_ body: (Certificates) async throws -> Void) async throws {
    try await withTemporaryFolder { try await body(Certificates(in: $0)) }
}
