package import Broker
package import NIOCore
package import TransportIO

/// Requests of which each is an entry, on a stream whose key is the entry's ticket.
package protocol EntryRequests: ClientRequests {
    /// Encodes an entry and opens its stream.
    func open(_ entry: LogEntry, ticket: Int, on connection: ClientConnection) throws(TransportError)

    /// What the answer says of the entry, as far as it has come; nil as long as it does not tell.
    func fate(_ ticket: Int, isAnswered: Bool) -> EntryFate?

    /// Takes out of the receive buffer, which is about to be used again, what is still needed of the answer.
    func keep(_ ticket: Int)

    /// Makes the ticket free again.
    func release(_ ticket: Int)
}

/// What has become of an entry.
package enum EntryFate {
    case acknowledged
    case failed(TransportError)
}

extension EntryRequests {
    package var takeStreamsEach: Bool { true }

    package func send(
        _ entry: LogEntry, ticket: Int, on connection: ClientConnection, into out: inout ByteBuffer
    ) throws(TransportError) {
        do throws(TransportError) {
            try open(entry, ticket: ticket, on: connection)
            try connection.sendHead(of: ticket, into: &out)
        } catch {
            release(ticket)
            throw error
        }
    }

    package func look(_ ticket: Int, on connection: ClientConnection, _ completions: inout Completions) {
        if let fate = fate(ticket, isAnswered: connection.streams[ticket].isAnswered) {
            // The entry's fate may be known before its stream is closed: the rest of it is not wanted.
            connection.release(ticket)
            release(ticket)
            switch fate {
            case .acknowledged: completions.acknowledge(ticket)
            case .failed(let failure): completions.fail(ticket, failure)
            }
        } else if let errorCode = connection.streams[ticket].closedWith {
            connection.release(ticket)
            release(ticket)
            tellReset(ticket, errorCode, &completions)
        } else {
            keep(ticket)
            connection.consume(ticket)
        }
    }

    private func tellReset(_ ticket: Int, _ errorCode: UInt32, _ completions: inout Completions) {
        // RFC 9113 8.7: REFUSED_STREAM says "that the stream is being closed prior to any processing having occurred. Any
        // request that was sent on the reset stream can be safely retried." nghttp2 reports streams above a GOAWAY's last one
        // in the same way. gRPC A6, "Transparent Retries", has such a call made again, too.
        if HTTP2Session.isRefusal(errorCode) { return completions.sendAgain(ticket) }
        let name = HTTP2Session.name(ofErrorCode: errorCode)
        completions.fail(
            ticket, TransportError(.unknown, "the stream was reset with \(name) before the answer was complete"))
    }
}
