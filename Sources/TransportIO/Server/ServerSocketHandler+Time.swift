import Broker
import NIOCore

/// What is looked after once a second: the peer's use of its time, and the heartbeat.
extension ServerSocketHandler {
    func secondPassed() {
        guard let context else { return }
        if let bounds, let finding = look(context, bounds) {
            switch finding {
            case .idle: drain()
            case .over(let reason): end(reason)
            }
        }
        guard let interval = engine.keepAliveInterval else { return }
        secondsSinceKeepAlive += 1
        guard .seconds(secondsSinceKeepAlive) >= interval else { return }
        secondsSinceKeepAlive = 0
        do throws(ProtocolError) {
            try engine.keepAlive(into: &output.buffer)
            isPaused = Self.isPaused(&engine)
        } catch {
            failure = "\(error)"
        }
        settle(context)
    }

    private func look(_ context: ChannelHandlerContext, _ bounds: PeerBounds) -> PeerWatch.Finding? {
        let waiting = output.waitingBytes(context)
        let isQuiet = openEntries == 0 && waiting == 0 && engine.isIdle && phase == .serving
        // Where this side does not read, a message that does not come is not its peer's fault.
        let isAmidMessage = !isReadHeld && phase != .halfClosed && engine.isAmidMessage
        return watch.secondPassed(
            bounds, waiting: waiting, given: output.givenBytes, isAmidMessage: isAmidMessage, isQuiet: isQuiet)
    }
}
