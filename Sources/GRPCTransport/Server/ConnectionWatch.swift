import NIOCore

/// How long, and how much of it, a server bears with a client that breaks no rule of HTTP/2.
struct ConnectionLimits: Sendable {
    /// Until the client's preface and SETTINGS are there (RFC 9113 3.4).
    var preface = TimeAmount.seconds(10)
    /// Without a byte from the client until it is asked for a sign of life.
    var keepAlive = TimeAmount.seconds(60)
    /// Until that sign has come.
    var keepAliveTimeout = TimeAmount.seconds(20)
    /// Without an open stream until the connection is ended gracefully.
    var idle = TimeAmount.minutes(30)
    /// Until a connection is ended gracefully however busy it is; nil for never.
    var maxAge: TimeAmount?
    /// What calls may take that are open then.
    var maxAgeGrace = TimeAmount.seconds(30)
    /// That a stream takes nothing of what waits for it.
    var stall = TimeAmount.seconds(60)
    /// PINGs that come earlier one behind the other, nothing being sent between, are strikes: gRPC, "Keepalive" (A8).
    var minPingInterval = TimeAmount.seconds(10)
    /// The strikes that a client has.
    var maxPingStrikes = 2
    /// The frames of a second that ask for work and carry nothing: SETTINGS, PRIORITY, DATA of no bytes.
    var maxIdleFramesPerSecond = 1000
}

/// The time that a connection has had, looked at once in a while.
struct ConnectionWatch {
    /// What is to be done.
    enum Finding: Equatable {
        /// Ask for a sign of life.
        case ask
        /// End it gracefully.
        case drain
        /// End it at once: it has cost enough, and why.
        case end(String)
    }

    let limits: ConnectionLimits
    /// Whether a byte came since the last look.
    var hasReceived = false
    private var start: NIODeadline?
    private var lastReceived = NIODeadline.uptimeNanoseconds(0)
    private var lastBusy = NIODeadline.uptimeNanoseconds(0)
    private var asked: NIODeadline?
    private var drained: NIODeadline?
    private var lastPing: NIODeadline?
    private var pingStrikes = 0
    private var idleFrames = 0

    init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    /// How often ``look(at:hasPreface:isBusy:)`` is to be called.
    static let interval = TimeAmount.seconds(1)

    /// Judges the connection.
    /// - Parameters:
    ///   - hasPreface: whether the client's SETTINGS have come.
    ///   - isBusy: whether a stream is open.
    mutating func look(at now: NIODeadline, hasPreface: Bool, isBusy: Bool) -> Finding? {
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
            return .drain
        }
        if now - lastBusy >= limits.idle {
            drained = now
            return .drain
        }
        if now - lastReceived >= limits.keepAlive {
            asked = now
            return .ask
        }
        return nil
    }

    /// The client has given its sign of life.
    mutating func aliveCame() {
        asked = nil
    }

    /// Counts a PING of the client; returns whether it is one too many.
    mutating func pingCame(at now: NIODeadline) -> Bool {
        defer { lastPing = now }
        guard let lastPing, now - lastPing < limits.minPingInterval else { return false }
        pingStrikes += 1
        return pingStrikes > limits.maxPingStrikes
    }

    /// Something was sent to which a PING may be the reaction: clients measure the bandwidth so.
    @inline(__always)
    mutating func answerSent() {
        lastPing = nil
        pingStrikes = 0
    }

    /// Counts a frame that carries nothing; returns whether it is one too many.
    mutating func idleFrameCame() -> Bool {
        idleFrames += 1
        return idleFrames > limits.maxIdleFramesPerSecond
    }
}
