public import Broker
import Logging
public import ServiceLifecycle

/// The receiving side: one ledger behind the receiving halves of all transports.
public struct LoggerService: Service {
    /// A receiving half with the name of its transport.
    public struct Receiver: Sendable {
        /// The transport's name.
        public var transport: String
        /// The receiving half.
        public var server: any ServerTransport

        /// Creates a receiver.
        public init(transport: String, server: any ServerTransport) {
            self.transport = transport
            self.server = server
        }
    }

    private let ledger: Ledger
    private let receivers: [Receiver]
    private let bound: @Sendable (_ transport: String, ServerAddress) -> Void
    private let ready: @Sendable () -> Void
    private let log = Logger(label: "brokerlab.logger")

    /// Creates a logger.
    /// - Parameters:
    ///   - bound: told of each receiver when entries can arrive there.
    ///   - ready: told once, when entries can arrive everywhere.
    public init(
        ledger: Ledger, receivers: [Receiver],
        bound: @escaping @Sendable (_ transport: String, ServerAddress) -> Void,
        ready: @escaping @Sendable () -> Void
    ) {
        self.ledger = ledger
        self.receivers = receivers
        self.bound = bound
        self.ready = ready
    }

    /// Serves until a graceful shutdown (or cancellation), then drains.
    /// - Throws: ``ServerError`` when a receiver cannot start.
    public func run() async throws {
        let countdown = Countdown(receivers.count, then: ready)
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup { group in
                for receiver in receivers {
                    group.addTask { try await serve(receiver, countdown) }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Serves one receiver; one that was ready once and was lost since (its message broker went away) starts again.
    private func serve(_ receiver: Receiver, _ countdown: Countdown) async throws {
        let recorder = ledger.recorder(for: receiver.transport)
        let hasBeenReady = Flag()
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                try await receiver.server.serve(to: recorder) { address in
                    guard hasBeenReady.set() else { return }
                    bound(receiver.transport, address)
                    countdown.step()
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
