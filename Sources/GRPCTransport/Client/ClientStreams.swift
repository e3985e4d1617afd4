import HTTP2

/// The streams of one connection: a thing that nghttp2 tells of a stream goes to the calls that its key names.
///
/// Its functions are called from nghttp2's callbacks, for every frame.
struct ClientStreams {
    let entries: EntryCalls
    let calls: ClientCalls

    // MARK: Receiving

    @inline(__always)
    func headersBegan(_ key: ClientStreamKey?) {
        switch key {
        case .entry(let ticket): entries.headersBegan(ticket)
        case .call(let index):
            entries.headersBegan(nil)
            calls.headersBegan(index)
        case nil:
            entries.headersBegan(nil)
            calls.headersBegan(nil)
        }
    }

    /// Returns whether the connection can go on.
    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        entries.fieldCame(name, value) ?? calls.fieldCame(name, value)
    }

    /// A header list is complete; the key of its stream was given when it began.
    @inline(__always)
    func headersEnded(_ key: ClientStreamKey) {
        if case .call(let index) = key { calls.headersEnded(index) }
    }

    @inline(__always)
    func dataCame(_ key: ClientStreamKey, _ data: UnsafeRawBufferPointer) {
        switch key {
        case .entry(let ticket): entries.dataCame(ticket, data)
        case .call(let index): calls.dataCame(index, data)
        }
    }

    @inline(__always)
    func streamEnded(_ key: ClientStreamKey) {
        switch key {
        case .entry(let ticket): entries.streamEnded(ticket)
        case .call(let index): calls.streamEnded(index)
        }
    }

    @inline(__always)
    func streamClosed(_ key: ClientStreamKey, _ errorCode: UInt32) {
        switch key {
        case .entry(let ticket): entries.streamClosed(ticket, errorCode)
        case .call(let index): calls.streamClosed(index, errorCode)
        }
    }

    // MARK: Sending

    /// What the next DATA frame takes; nil if the stream is no longer wanted.
    @inline(__always)
    func nextPart(_ stream: Int32, _ key: ClientStreamKey, room: Int) -> ClientPart? {
        switch key {
        case .entry(let ticket): entries.nextPart(stream, ticket, room: room)
        case .call(let index): calls.nextPart(index, room: room)
        }
    }

    /// Writes the next bytes of a stream.
    @inline(__always)
    func write(_ key: ClientStreamKey, _ count: Int, to memory: UnsafeMutableRawPointer) -> Bool {
        switch key {
        case .entry(let ticket): entries.write(ticket, count, to: memory)
        case .call(let index): calls.write(index, count, to: memory)
        }
    }
}
