package import Broker

/// What runs behind a link beside broker and logger, such as RabbitMQ.
package struct LinkedCompanions: Sendable {
    /// They, by the selectors of the transports that they work for.
    package var running: [String: RunningCompanion]
    /// Their processes.
    package var processes: [CompanionProcess]

    /// Those; none unless told otherwise.
    package init(running: [String: RunningCompanion] = [:], processes: [CompanionProcess] = []) {
        (self.running, self.processes) = (running, processes)
    }
}
