import CNGHTTP2

/// nghttp2's way into a ``ClientConnection``: `user_data` is the connection, a stream's user data its key, counted from 1.
enum ClientCallbacks {
    /// Written once, when it is first used, and only read from then on: safe to share.
    nonisolated(unsafe) static let object: OpaquePointer = make()

    /// Says how much of a body the next DATA frame takes; the frame itself is appended by `nghttp2_send_data_callback`.
    static let readBody: nghttp2_data_source_read_callback = { _, stream, _, room, flags, source, userData in
        guard let flags, let source, let userData else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        let part = ClientConnection.key(source.pointee.ptr).flatMap { key in
            ClientConnection.with(userData) { $0.nextPart(stream, key, room: room) }
        }
        switch part {
        case .bytes(let count, let isLast):
            flags.pointee = NGHTTP2_DATA_FLAG_NO_COPY.rawValue | (isLast ? NGHTTP2_DATA_FLAG_EOF.rawValue : 0)
            return count
        case .deferred: return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case nil: return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
    }

    private static func make() -> OpaquePointer {
        let object = HTTP2Session.makeCallbacks()
        nghttp2_session_callbacks_set_on_begin_headers_callback(object) { session, frame, userData in
            guard let session, let frame, let userData else { return 0 }
            let key = ClientConnection.key(session, frame.pointee.hd.stream_id)
            ClientConnection.with(userData) { $0.headersBegan(key) }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(object) { _, _, name, nameCount, value, count, _, userData in
            guard let userData else { return 0 }
            let name = UnsafeBufferPointer(start: name, count: nameCount)
            let value = UnsafeBufferPointer(start: value, count: count)
            let goesOn = ClientConnection.with(userData) { $0.fieldCame(name, value) }
            return goesOn ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(object) { session, _, stream, data, count, userData in
            guard let session, let userData, let key = ClientConnection.key(session, stream) else { return 0 }
            ClientConnection.with(userData) { $0.dataCame(key, UnsafeRawBufferPointer(start: data, count: count)) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(object) { session, frame, userData in
            guard let session, let frame, let userData else { return 0 }
            ClientConnection.with(userData) { $0.frameCame(frame, session) }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(object) { session, stream, errorCode, userData in
            guard let session, let userData, let key = ClientConnection.key(session, stream) else { return 0 }
            ClientConnection.with(userData) { $0.streamClosed(key, errorCode) }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(object) { _, frame, userData in
            guard let frame, let userData, UInt32(frame.pointee.hd.type) == NGHTTP2_GOAWAY.rawValue else { return 0 }
            ClientConnection.with(userData) { $0.goawaySent(frame.pointee.goaway.error_code) }
            return 0
        }
        nghttp2_session_callbacks_set_send_data_callback(object) { _, _, frameHeader, count, source, userData in
            guard let frameHeader, let source, let userData, let key = ClientConnection.key(source.pointee.ptr) else {
                return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
            let header = UnsafeRawBufferPointer(start: frameHeader, count: HTTP2Session.frameHeaderCount)
            let isAppended = ClientConnection.with(userData) { $0.appendData(header, key, count) }
            return isAppended ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
        }
        // Without this, nghttp2 makes frames of 16 KiB, whatever the peer takes; it limits what is said here by windows itself.
        nghttp2_session_callbacks_set_data_source_read_length_callback(object) { _, _, _, _, _, maxFrameSize, _ in
            min(Int(maxFrameSize), ClientConnection.maxSentFrameSize)
        }
        nghttp2_session_callbacks_set_error_callback2(object) { _, _, text, count, userData in
            guard let userData, let text else { return 0 }
            let message = String(decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
            ClientConnection.with(userData) { $0.libraryComplained(message) }
            return 0
        }
        return object
    }
}

extension ClientConnection {
    /// The connection outlives its session, which makes the callbacks: no retain is needed.
    @inline(__always)
    fileprivate static func with<R>(_ userData: UnsafeMutableRawPointer, _ body: (ClientConnection) -> R) -> R {
        Unmanaged<ClientConnection>.fromOpaque(userData)._withUnsafeGuaranteedRef(body)
    }

    /// The key that a stream's user data is; nil where the stream is no longer the connection's.
    @inline(__always)
    fileprivate static func key(_ userData: UnsafeMutableRawPointer?) -> Int? {
        userData.map { Int(bitPattern: $0) - 1 }
    }

    @inline(__always)
    fileprivate static func key(_ session: OpaquePointer, _ stream: Int32) -> Int? {
        key(nghttp2_session_get_stream_user_data(session, stream))
    }

    @inline(__always)
    fileprivate func frameCame(_ frame: UnsafePointer<nghttp2_frame>, _ session: OpaquePointer) {
        let header = frame.pointee.hd
        let flags = UInt32(header.flags)
        switch UInt32(header.type) {
        case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
            guard let key = Self.key(session, header.stream_id) else { return }
            if UInt32(header.type) == NGHTTP2_HEADERS.rawValue { headersEnded(key) }
            if flags & NGHTTP2_FLAG_END_STREAM.rawValue != 0 { streamEnded(key) }
        case NGHTTP2_SETTINGS.rawValue where flags & NGHTTP2_FLAG_ACK.rawValue == 0: settingsCame()
        case NGHTTP2_GOAWAY.rawValue:
            let goaway = frame.pointee.goaway
            let opaque = UnsafeRawBufferPointer(start: goaway.opaque_data, count: min(goaway.opaque_data_len, 100))
            goawayCame(goaway.error_code, String(decoding: opaque, as: UTF8.self))
        default: break
        }
    }
}
