/// A call as the client sees it: one stream, kept under its entry's ticket.
struct ClientStream {
    /// The stream identifier; 0 where no entry is in flight under this ticket.
    var id: Int32 = 0
    /// The request's message, until all of it is in DATA frames.
    var request: LogRequestEncoder?
    var reply = ClientReply()
    var message = ReceivedMessage()
    /// Whether the engine is going to look at the stream after what was received.
    var isNoted = false
    /// Whether the server's side has ended (END_STREAM).
    var isAnswered = false
    /// Bytes of the stream's window that were not given back to the server.
    var unconsumedBytes = 0
    /// The error code that the stream was closed with.
    var closedWith: UInt32?
}
