import CNGHTTP2

/// nghttp2's way into ``GRPCServerEngine``: `user_data` is the engine, a stream's user data its slot, counted from 1.
enum ServerCallbacks {
    /// Written once, when it is first used, and only read from then on: safe to share.
    nonisolated(unsafe) static let object: OpaquePointer = make()

    private static func make() -> OpaquePointer {
        var object: OpaquePointer?
        nghttp2_session_callbacks_new(&object)
        guard let object else { fatalError("no memory for nghttp2's callbacks") }
        nghttp2_session_callbacks_set_on_begin_headers_callback(object) { session, frame, userData in
            guard let session, let frame, let userData else { return 0 }
            let stream = frame.pointee.hd.stream_id
            let isRequest = frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
            return withEngine(userData) { engine in
                if let slot = engine.headersBegan(stream, isRequest: isRequest) {
                    nghttp2_session_set_stream_user_data(session, stream, UnsafeMutableRawPointer(bitPattern: slot + 1))
                }
                return 0
            }
        }
        nghttp2_session_callbacks_set_on_header_callback(object) {
            _, _, name, nameCount, value, valueCount, _, userData in
            guard let userData else { return 0 }
            return withEngine(userData) { engine in
                let goesOn = engine.fieldCame(
                    UnsafeBufferPointer(start: name, count: nameCount),
                    UnsafeBufferPointer(start: value, count: valueCount))
                return goesOn ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(object) { session, _, stream, data, count, userData in
            guard let session, let userData, let slot = slotOf(session, stream) else { return 0 }
            return withEngine(userData) { engine in
                engine.dataCame(slot, UnsafeRawBufferPointer(start: data, count: count))
                return 0
            }
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(object) { session, frame, userData in
            guard let session, let frame, let userData else { return 0 }
            return ServerCallbacks.frameReceived(session, frame, userData)
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(object) { session, stream, _, userData in
            guard let session, let userData, let slot = slotOf(session, stream) else { return 0 }
            return withEngine(userData) { engine in
                engine.streamClosed(slot)
                return 0
            }
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(object) { session, frame, userData in
            guard let session, let frame, let userData else { return 0 }
            return ServerCallbacks.frameSent(session, frame, userData)
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

    /// Reads the reply into a DATA frame.
    static let readReply: nghttp2_data_source_read_callback = {
        session, stream, memory, room, flags, source, userData in
        guard let session, let memory, let flags, let source, let userData else {
            return ssize_t(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        let slot = Int(bitPattern: source.pointee.ptr) - 1
        let part = Unmanaged<GRPCServerEngine>.fromOpaque(userData)._withUnsafeGuaranteedRef { engine in
            engine.readReply(session, stream, slot, memory, room)
        }
        if part.isEnd { flags.pointee = NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue }
        return part.count
    }

    private static func frameReceived(
        _ session: OpaquePointer, _ frame: UnsafePointer<nghttp2_frame>, _ userData: UnsafeMutableRawPointer
    ) -> Int32 {
        let header = frame.pointee.hd
        switch UInt32(header.type) {
        case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
            let isEnd = UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
            if header.length == 0 && !isEnd { Self.emptyFrameReceived(userData) }
            guard let slot = slotOf(session, header.stream_id) else { return 0 }
            return withEngine(userData) { engine in
                if UInt32(header.type) == NGHTTP2_HEADERS.rawValue { engine.headersEnded(slot) }
                if isEnd { engine.streamEnded(slot) }
                return 0
            }
        case NGHTTP2_PING.rawValue where UInt32(header.flags) & NGHTTP2_FLAG_ACK.rawValue != 0:
            let opaque = withUnsafeBytes(of: frame.pointee.ping.opaque_data) { Array($0) }
            return withEngine(userData) { engine in
                engine.pingAnswered(opaque)
                return 0
            }
        case NGHTTP2_PING.rawValue:
            return withEngine(userData) { engine in
                engine.pingCame()
                return 0
            }
        case NGHTTP2_SETTINGS.rawValue where UInt32(header.flags) & NGHTTP2_FLAG_ACK.rawValue == 0:
            return withEngine(userData) { engine in
                engine.hasPreface.value = true
                engine.idleFrameCame()
                return 0
            }
        case NGHTTP2_PRIORITY.rawValue:
            return withEngine(userData) { engine in
                engine.idleFrameCame()
                return 0
            }
        default:
            return 0
        }
    }

    private static func emptyFrameReceived(_ userData: UnsafeMutableRawPointer) {
        _ = withEngine(userData) { engine in
            engine.idleFrameCame()
            return 0
        }
    }

    private static func frameSent(
        _ session: OpaquePointer, _ frame: UnsafePointer<nghttp2_frame>, _ userData: UnsafeMutableRawPointer
    ) -> Int32 {
        let header = frame.pointee.hd
        if UInt32(header.type) == NGHTTP2_HEADERS.rawValue {
            guard UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0,
                let slot = slotOf(session, header.stream_id)
            else { return 0 }
            return withEngine(userData) { engine in
                engine.answerEnded(session, header.stream_id, slot)
                return 0
            }
        } else if UInt32(header.type) == NGHTTP2_GOAWAY.rawValue {
            let errorCode = frame.pointee.goaway.error_code
            return withEngine(userData) { engine in
                engine.goawaySent(errorCode)
                return 0
            }
        }
        return 0
    }
}

// At file level, because a C function pointer cannot capture the type that a static method belongs to.

@inline(__always)
private func slotOf(_ session: OpaquePointer, _ stream: Int32) -> Int? {
    guard let data = nghttp2_session_get_stream_user_data(session, stream) else { return nil }
    return Int(bitPattern: data) - 1
}

/// The engine outlives its session, which makes the callbacks: no retain is needed.
@inline(__always)
private func withEngine(_ userData: UnsafeMutableRawPointer, _ body: (GRPCServerEngine) -> Int32) -> Int32 {
    Unmanaged<GRPCServerEngine>.fromOpaque(userData)._withUnsafeGuaranteedRef(body)
}
