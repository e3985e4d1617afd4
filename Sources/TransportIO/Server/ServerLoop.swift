import NIOCore

/// An event loop of the servers, and the turns that its sockets take.
final class ServerLoop: @unchecked Sendable {
    // Unchecked: the turns are confined to the event loop.

    /// Its place among those that share connections, counted from 0.
    let number: Int
    let eventLoop: any EventLoop
    let turns = TurnQueue()
    let answers = AnswerQueue()
    let longTurns = LongTurnQueue()
    let ticks: SecondTicks

    init(_ eventLoop: any EventLoop, number: Int = 0) {
        self.eventLoop = eventLoop
        self.number = number
        ticks = SecondTicks.of(eventLoop)
    }
}
