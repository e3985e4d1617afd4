package import NIOCore

/// The time that a connection has had, looked at once in a while.
package struct ConnectionWatch {
    /// What is to be done.
    package enum Finding: Equatable {
        /// Ask for a sign of life.
        case ask
        /// End it gracefully, and why.
        case drain(DrainReason)
        /// End it at once: it has cost enough, and why.
        case end(String)
    }

    package let limits: ConnectionLimits
    /// Whether a byte came since the last look.
    package var hasReceived = false
    private var start: NIODeadline?
    private var lastReceived = NIODeadline.uptimeNanoseconds(0)
    private var lastBusy = NIODeadline.uptimeNanoseconds(0)
    private var asked: NIODeadline?
    private var drained: NIODeadline?
    private var lastPing: NIODeadline?
    private var pingStrikes = 0
    private var idleFrames = 0

    package init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    /// How often ``look(at:hasPreface:isBusy:)`` is to be called.
    package static let interval = TimeAmount.seconds(1)

    /// Judges the connection.
    /// - Parameters:
    ///   - hasPreface: whether the client's SETTINGS have come.
    ///   - isBusy: whether a stream is open.
    package mutating func look(at now: NIODeadline, hasPreface: Bool, isBusy: Bool) -> Finding? {
        idleFrames = 0
        let start = start ?? now
        if self.start == nil { (self.start, lastReceived, lastBusy) = (now, now, now) }
        if hasReceived { (hasReceived, lastReceived) = (false, now) }
        if isBusy { lastBusy = now }
        if !hasPreface {
            return now - start < limits.preface ? nil : .end("the client has not begun to speak HTTP/2 in time")
        }
        if let asked {
            return now - asked < limits.keepAliveTimeout ? nil : .end("the client has not answered a PING in time")
        }
        if let drained {
            let grace = isBusy ? limits.maxAgeGrace : limits.keepAliveTimeout
            return now - drained < grace ? nil : .end("the connection was to end and has not")
        }
        if let maxAge = limits.maxAge, now - start >= maxAge {
            drained = now
            return .drain(.maxAge)
        }
        if now - lastBusy >= limits.idle {
            drained = now
            return .drain(.idle)
        }
        if now - lastReceived >= limits.keepAlive {
            asked = now
            return .ask
        }
        return nil
    }

    /// The client has given its sign of life.
    package mutating func aliveCame() {
        asked = nil
    }

    /// Counts a PING of the client; returns whether it is one too many.
    package mutating func pingCame(at now: NIODeadline) -> Bool {
        defer { lastPing = now }
        guard let lastPing, now - lastPing < limits.minPingInterval else { return false }
        pingStrikes += 1
        return pingStrikes > limits.maxPingStrikes
    }

    /// Something was sent to which a PING may be the reaction: clients measure the bandwidth so.
    @inline(__always)
    package mutating func answerSent() {
        lastPing = nil
        pingStrikes = 0
    }

    /// Counts a frame that carries nothing; returns whether it is one too many.
    package mutating func idleFrameCame() -> Bool {
        idleFrames += 1
        return idleFrames > limits.maxIdleFramesPerSecond
    }
}
