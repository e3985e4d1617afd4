import CRabbitMQ
import NIOCore
import TransportIO

/// The way of one channel to being of use: it is opened, then set up step by step.
///
/// It is gone again where RabbitMQ closes a channel while it is set up, or later.
struct ChannelSetup {
    /// What came of a method.
    enum Outcome {
        /// It was the answer that was waited for.
        case advanced
        /// It belongs to the engine: the channel is set up.
        case notMine
        /// It has no place here.
        case misplaced
    }

    private enum Phase {
        case closed
        case opening(next: Int)
        case settingUp(step: Int)
        case ready
    }

    /// The channel's number.
    let number: UInt16
    private var steps: [SetupStep]
    private var phase = Phase.closed

    /// - Parameter steps: what is asked for on the channel, once it is open.
    init(_ number: UInt16, steps: [SetupStep]) {
        self.number = number
        self.steps = steps
    }

    /// Whether the channel is set up.
    var isReady: Bool {
        if case .ready = phase { true } else { false }
    }

    /// What is being attempted, for an error message; empty once the channel is set up.
    var attempt: String {
        switch phase {
        case .closed, .opening: "open a channel"
        case .settingUp(let step): steps[step].attempt
        case .ready: ""
        }
    }

    /// Asks for the channel.
    mutating func open(into out: inout ByteBuffer) {
        open(next: 0, into: &out)
    }

    private mutating func open(next step: Int, into out: inout ByteBuffer) {
        out.writeMethod(AMQP_CHANNEL_OPEN_METHOD, amqp_channel_open_t(), channel: number)
        phase = .opening(next: step)
    }

    /// Asks for the channel once more, which RabbitMQ has closed, and for all that `steps` say.
    mutating func openAgain(steps: [SetupStep], into out: inout ByteBuffer) {
        self.steps = steps
        open(next: 0, into: &out)
    }

    /// Asks for `steps`, on a channel that is opened first if it is not open; nothing while others are under way.
    mutating func setUp(steps: [SetupStep], into out: inout ByteBuffer) {
        switch phase {
        case .closed: openAgain(steps: steps, into: &out)
        case .ready:
            self.steps = steps
            begin(0, into: &out)
        case .opening, .settingUp: break
        }
    }

    /// RabbitMQ has closed it.
    mutating func closed() {
        phase = .closed
    }

    /// Goes one step on.
    mutating func take(_ method: IncomingMethod, into out: inout ByteBuffer) -> Outcome {
        switch (phase, method) {
        case (.ready, _): return .notMine
        case (.opening(let next), .channelOpenOk): begin(next, into: &out)
        case (.settingUp(let step), _) where steps[step].isAnswered(by: method): begin(step + 1, into: &out)
        default: return .misplaced
        }
        return .advanced
    }

    private mutating func begin(_ step: Int, into out: inout ByteBuffer) {
        if step < steps.count {
            steps[step].write(into: &out, channel: number)
            phase = .settingUp(step: step)
        } else {
            phase = .ready
        }
    }

    /// Goes on without a declaration that RabbitMQ refused, where that can be done without.
    /// - Returns: what is to be said of it; nil where what RabbitMQ refused is needed.
    mutating func recover(from refusal: Refusal, into out: inout ByteBuffer) -> String? {
        guard case .settingUp(let step) = phase, let notice = steps[step].consequence(of: refusal) else { return nil }
        open(next: step + 1, into: &out)
        return notice
    }
}
