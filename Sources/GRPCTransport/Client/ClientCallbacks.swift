import CNGHTTP2

/// nghttp2's way into ``GRPCClientEngine``: `user_data` is the engine, a stream's user data its ``ClientStreamKey``.
enum ClientCallbacks {
    /// Written once, when it is first used, and only read from then on: safe to share.
    nonisolated(unsafe) static let object: OpaquePointer = make()

    private static func make() -> OpaquePointer {
        var object: OpaquePointer?
        nghttp2_session_callbacks_new(&object)
        guard let object else { fatalError("no memory for nghttp2's callbacks") }
        setReceiveCallbacks(object)
        nghttp2_session_callbacks_set_send_data_callback(object) { _, _, frameHeader, count, source, userData in
            guard let frameHeader, let source, let userData, let key = ClientStreamKey(source.pointee.ptr) else {
                return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
            return withEngine(userData) { engine in
                let header = UnsafeRawBufferPointer(start: frameHeader, count: ClientCallbacks.frameHeaderCount)
                return engine.appendData(header, key, count) ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(object) { session, stream, errorCode, userData in
            guard let session, let userData, let key = keyOf(session, stream) else { return 0 }
            return withEngine(userData) { engine in
                engine.streams.streamClosed(key, errorCode)
                return 0
            }
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(object) { _, frame, userData in
            guard let frame, let userData, UInt32(frame.pointee.hd.type) == NGHTTP2_GOAWAY.rawValue else { return 0 }
            let errorCode = frame.pointee.goaway.error_code
            return withEngine(userData) { engine in
                engine.goawaySent(errorCode)
                return 0
            }
        }
        nghttp2_session_callbacks_set_error_callback2(object) { _, _, text, count, userData in
            guard let userData, let text else { return 0 }
            let message = String(decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
            return withEngine(userData) { engine in
                engine.libraryComplained(message)
                return 0
            }
        }
        return object
    }

    /// RFC 9113 4.1: "All frames begin with a fixed 9-octet header".
    private static let frameHeaderCount = 9

    private static func setReceiveCallbacks(_ object: OpaquePointer) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(object) { session, frame, userData in
            guard let session, let frame, let userData else { return 0 }
            let key = keyOf(session, frame.pointee.hd.stream_id)
            return withEngine(userData) { engine in
                engine.streams.headersBegan(key)
                return 0
            }
        }
        nghttp2_session_callbacks_set_on_header_callback(object) {
            _, _, name, nameCount, value, valueCount, _, userData in
            guard let userData else { return 0 }
            return withEngine(userData) { engine in
                let goesOn = engine.streams.fieldCame(
                    UnsafeBufferPointer(start: name, count: nameCount),
                    UnsafeBufferPointer(start: value, count: valueCount))
                return goesOn ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(object) { session, _, stream, data, count, userData in
            guard let session, let userData, let key = keyOf(session, stream) else { return 0 }
            return withEngine(userData) { engine in
                engine.dataCame(key, UnsafeRawBufferPointer(start: data, count: count))
                return 0
            }
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(object) { session, frame, userData in
            guard let session, let frame, let userData else { return 0 }
            return ClientCallbacks.frameReceived(session, frame, userData)
        }
    }

    /// Says how much of the message the next DATA frame takes; the frame itself is appended in the send-data callback.
    static let readMessage: nghttp2_data_source_read_callback = { _, stream, _, room, flags, source, userData in
        guard let flags, let source, let userData else { return ssize_t(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        let part = ClientStreamKey(source.pointee.ptr).flatMap { key in
            Unmanaged<GRPCClientEngine>.fromOpaque(userData)._withUnsafeGuaranteedRef { engine in
                engine.streams.nextPart(stream, key, room: room)
            }
        }
        switch part {
        case .bytes(let count, let isLast):
            flags.pointee = NGHTTP2_DATA_FLAG_NO_COPY.rawValue | (isLast ? NGHTTP2_DATA_FLAG_EOF.rawValue : 0)
            return count
        case .deferred: return ssize_t(NGHTTP2_ERR_DEFERRED.rawValue)
        case nil: return ssize_t(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
    }

    private static func frameReceived(
        _ session: OpaquePointer, _ frame: UnsafePointer<nghttp2_frame>, _ userData: UnsafeMutableRawPointer
    ) -> Int32 {
        let header = frame.pointee.hd
        let flags = UInt32(header.flags)
        switch UInt32(header.type) {
        case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
            guard let key = keyOf(session, header.stream_id) else { return 0 }
            return withEngine(userData) { engine in
                if UInt32(header.type) == NGHTTP2_HEADERS.rawValue { engine.streams.headersEnded(key) }
                if flags & NGHTTP2_FLAG_END_STREAM.rawValue != 0 { engine.streams.streamEnded(key) }
                return 0
            }
        case NGHTTP2_SETTINGS.rawValue where flags & NGHTTP2_FLAG_ACK.rawValue == 0:
            return withEngine(userData) { engine in
                engine.settingsCame()
                return 0
            }
        case NGHTTP2_GOAWAY.rawValue:
            let goaway = frame.pointee.goaway
            let opaque = UnsafeRawBufferPointer(start: goaway.opaque_data, count: min(goaway.opaque_data_len, 100))
            return withEngine(userData) { engine in
                engine.goawayCame(goaway.error_code, String(decoding: opaque, as: UTF8.self))
                return 0
            }
        default:
            return 0
        }
    }
}

// At file level, because a C function pointer cannot capture the type that a static method belongs to.

@inline(__always)
private func keyOf(_ session: OpaquePointer, _ stream: Int32) -> ClientStreamKey? {
    ClientStreamKey(nghttp2_session_get_stream_user_data(session, stream))
}

/// The engine outlives its session, which makes the callbacks: no retain is needed.
@inline(__always)
private func withEngine(_ userData: UnsafeMutableRawPointer, _ body: (GRPCClientEngine) -> Int32) -> Int32 {
    Unmanaged<GRPCClientEngine>.fromOpaque(userData)._withUnsafeGuaranteedRef(body)
}
