package import Broker
import Logging
import ServiceLifecycle

/// The receiving side: one ledger behind the receiving halves of all transports.
package struct ReceivingService: Service {
    /// A receiving half with the name of its transport.
    package struct Receiver: Sendable {
        /// The transport's name.
        package var transport: String
        /// The receiving half.
        package var server: any ServerTransport

        /// Creates a receiver.
        package init(transport: String, server: any ServerTransport) {
            self.transport = transport
            self.server = server
        }
    }

    private let ledger: Ledger
    private let storage: EntryStorage?
    private let receivers: [Receiver]
    private let work: Duration
    private let bound: @Sendable (_ transport: String, ServerAddress) throws -> Void
    private let ready: @Sendable () throws -> Void
    private let log = Logger(label: "brokerlab.logger")

    /// Creates a logger.
    /// - Parameters:
    ///   - storage: the database behind the ledger, if there is one; closed when everything received is answered.
    ///   - work: how long each entry keeps its event loop busy before it is recorded, of a core.
    ///   - bound: told of each receiver when entries can arrive there; what it throws ends the logger.
    ///   - ready: told once, when entries can arrive everywhere; what it throws ends the logger.
    package init(
        ledger: Ledger, storage: EntryStorage? = nil, receivers: [Receiver], work: Duration = .zero,
        bound: @escaping @Sendable (_ transport: String, ServerAddress) throws -> Void,
        ready: @escaping @Sendable () throws -> Void
    ) {
        self.ledger = ledger
        self.storage = storage
        self.receivers = receivers
        self.work = work
        self.bound = bound
        self.ready = ready
    }

    /// Serves until a graceful shutdown (or cancellation), then drains.
    /// - Throws: ``ServerError`` when a receiver cannot start, which ends the others at once; what `bound` and `ready` throw.
    package func run() async throws {
        defer { storage?.close() }
        let (addresses, sink) = AsyncStream.makeStream(of: (transport: String, address: ServerAddress).self)
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup { group in
                group.addTask { try await announce(addresses) }
                group.addTask { await FreedMemory.giveBackInTime() }
                for receiver in receivers {
                    group.addTask { try await serve(receiver) { sink.yield((receiver.transport, $0)) } }
                }
                // The first failure cancels the others, as it leaves the group. (waitForAll() would wait for receivers that
                // serve for ever before it throws.)
                for try await _ in group {}
            }
        }
    }

    /// Tells where entries can arrive, and when they can everywhere; not on an event loop, since that may have to wait.
    private func announce(_ addresses: AsyncStream<(transport: String, address: ServerAddress)>) async throws {
        var missing = receivers.count
        for await (transport, address) in addresses {
            try bound(transport, address)
            missing -= 1
            if missing == 0 { return try ready() }
        }
    }

    /// Serves one receiver; one that was ready once and was lost since (its message broker went away) starts again.
    private func serve(_ receiver: Receiver, _ isReady: @escaping @Sendable (ServerAddress) -> Void) async throws {
        let plain: any EntryRecorder =
            if let storage {
                storage.recorder(for: receiver.transport)
            } else {
                ledger.recorder(for: receiver.transport)
            }
        let recorder = work > .zero ? WorkingRecorder(plain, work: work) : plain
        let hasBeenReady = Flag()
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                try await receiver.server.serve(to: recorder) { address in
                    if hasBeenReady.set() { isReady(address) }
                }
            } catch let error as ServerError where hasBeenReady.isSet {
                log.warning("\(error)", metadata: ["transport": "\(receiver.transport)"])
                // One that was there for a while is soon tried again.
                if ContinuousClock.now - start > .seconds(5) { pause = .milliseconds(100) }
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(1))
            }
        }
    }
}
