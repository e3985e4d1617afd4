package import Broker
import NIOPosix

extension ClientTransport {
    /// The same transport, with all its connections on that event loop; as it is where it has no event loops.
    package func pinned(to executor: EventLoopExecutor) -> any ClientTransport {
        guard var transport = self as? SocketClientTransport else { return self }
        transport.executor = executor
        return transport
    }
}

extension EventLoopExecutor {
    /// One of the event loop whose turn it is.
    package static func next() -> EventLoopExecutor {
        EventLoopExecutor(eventLoop: MultiThreadedEventLoopGroup.singleton.next())
    }
}
