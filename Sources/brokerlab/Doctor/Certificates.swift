/// What it takes to measure over TLS.
enum Certificates {
    static func finding() -> Finding {
        guard let program = BenchCertificates.installation else {
            return .warn(
                BenchCertificates.program, "not installed: there are no certificates for bench --tls on or mutual",
                mend: BenchCertificates.installCommand)
        }
        return .ok(BenchCertificates.program, "\(program), for the certificates of bench --tls on or mutual")
    }
}
