import Broker

/// What there is where a companion was said to run: each address of it, which for a cluster are several.
enum GivenCompanions {
    static func findings(_ options: CompanionOptions) async throws -> [Finding] {
        var findings: [Finding] = []
        for transport in TransportRegistry.defaults {
            guard let companion = transport.companion, let target = options.given[transport.name] else { continue }
            for answer in try await companion.look(at: target) {
                let subject = "\(answer.address) (\(transport.name))"
                if let failure = answer.failure {
                    findings.append(.missing(subject, failure, mend: nil))
                } else {
                    let version = answer.version.map { " \($0)" } ?? ""
                    findings.append(.ok(subject, "\(companion.name)\(version) lets us log in"))
                }
            }
        }
        return findings
    }
}
