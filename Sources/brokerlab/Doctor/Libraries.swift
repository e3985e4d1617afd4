import Broker

/// What has to be installed beside brokerlab itself, as the transports have it.
enum Libraries {
    static func findings() -> [Finding] {
        // The program would not have started without the libraries; which ones they are is for bug reports.
        TransportRegistry.defaults.compactMap(companion(of:))
            + TransportRegistry.defaults.flatMap { transport in
                transport.libraries.map { .ok($0.name, "\($0.version), for \(transport.name)") }
            }
    }

    private static func companion(of transport: TransportDescriptor) -> Finding? {
        guard let companion = transport.companion else { return nil }
        do {
            let installation = try companion.find()
            return .ok(
                companion.program, "\(installation.version), for bench with \(transport.name): \(installation.path)")
        } catch {
            return .missing(companion.program, "\(error)", mend: nil)
        }
    }
}
