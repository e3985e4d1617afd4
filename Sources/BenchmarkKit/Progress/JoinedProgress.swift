/// Several sinks, each of which is told everything.
package struct JoinedProgress: ProgressSink {
    private let sinks: [any ProgressSink]

    /// Creates a sink of others.
    package init(_ sinks: [any ProgressSink]) {
        self.sinks = sinks
    }

    /// Shows an event everywhere.
    package func show(_ event: ProgressEvent) {
        for sink in sinks { sink.show(event) }
    }
}
