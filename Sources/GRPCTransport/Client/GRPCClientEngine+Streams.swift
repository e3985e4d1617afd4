import HTTP2

/// What nghttp2 tells and asks of the streams goes to the calls that have them.
extension GRPCClientEngine: ClientCallbackTarget {
    @inline(__always)
    static func key(of userData: UnsafeMutableRawPointer?) -> ClientStreamKey? {
        ClientStreamKey(userData)
    }

    @inline(__always)
    func headersBegan(_ key: ClientStreamKey?) {
        streams.headersBegan(key)
    }

    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        streams.fieldCame(name, value)
    }

    @inline(__always)
    func headersEnded(_ key: ClientStreamKey) {
        streams.headersEnded(key)
    }

    @inline(__always)
    func streamEnded(_ key: ClientStreamKey) {
        streams.streamEnded(key)
    }

    @inline(__always)
    func streamClosed(_ key: ClientStreamKey, _ errorCode: UInt32) {
        streams.streamClosed(key, errorCode)
    }

    @inline(__always)
    func nextPart(_ stream: Int32, _ key: ClientStreamKey, room: Int) -> ClientPart? {
        streams.nextPart(stream, key, room: room)
    }
}
