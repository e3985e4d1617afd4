package import Broker
package import NIOCore
import TransportIO

/// How long, and how much of it, a server bears with a client that breaks no rule of HTTP/2.
package struct ConnectionLimits: Sendable {
    /// Until the client's preface and SETTINGS are there (RFC 9113 3.4).
    package var preface = TimeAmount.seconds(10)
    /// Without a byte from the client until it is asked for a sign of life.
    package var keepAlive = TimeAmount.seconds(60)
    /// Until that sign has come.
    package var keepAliveTimeout = TimeAmount.seconds(20)
    /// Without an open stream until the connection is ended gracefully.
    package var idle = TimeAmount.minutes(30)
    /// Until a connection is ended gracefully however busy it is; nil for never.
    package var maxAge: TimeAmount?
    /// What calls may take that are open then.
    package var maxAgeGrace = TimeAmount.seconds(30)
    /// That a stream takes nothing of what waits for it.
    package var stall = TimeAmount.seconds(30)
    /// That a message may take to arrive once it has begun, in seconds; each KiB that comes gives it one more.
    package var messageSeconds = 20
    /// PINGs that come earlier one behind the other, nothing being sent between, are strikes: gRPC, "Keepalive" (A8).
    package var minPingInterval = TimeAmount.seconds(10)
    /// The strikes that a client has.
    package var maxPingStrikes = 2
    /// The frames of a second that ask for work and carry nothing: SETTINGS, PRIORITY, DATA of no bytes.
    package var maxIdleFramesPerSecond = 1000

    package init() {}

    /// The defaults, but for what every server can be told.
    package init(_ limits: ServerLimits) {
        idle = TimeAmount(limits.idle)
        stall = TimeAmount(limits.unread)
        messageSeconds = limits.message.wholeSeconds
    }
}
