import Broker
import Glibc

extension GeneratorParty {
    /// A load generator within this process, for tests with transports that no program has; it keeps the same contract.
    static func hosted(_ registry: [TransportDescriptor]) -> GeneratorParty {
        let (orders, orderSink) = AsyncStream.makeStream(of: String.self)
        let (lines, lineSink) = AsyncStream.makeStream(of: String.self)
        let task = Task { @concurrent in
            await GeneratorProgram(registry: registry) { lineSink.yield($0) }.run(orders)
            lineSink.finish()
        }
        return GeneratorParty(
            pid: getpid(), name: "swift", version: "", lines: lines, say: { orderSink.yield($0) },
            stop: {
                task.cancel()
                orderSink.finish()
                lineSink.finish()
                return PartyEnd(how: "within this process")
            })
    }
}
