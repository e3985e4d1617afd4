public import CNGHTTP2

/// A server engine that nghttp2's callbacks reach: what they tell of its streams, by slots.
public protocol ServerCallbackTarget: CallbackTarget {
    /// Whether trailers come behind the bytes of an answer.
    static var endsWithTrailers: Bool { get }

    /// A header list begins; returns the slot of a stream that begins with it.
    func headersBegan(_ stream: Int32, isRequest: Bool) -> Int?
    func headersEnded(_ slot: Int)
    func dataCame(_ slot: Int, _ data: UnsafeRawBufferPointer)
    /// END_STREAM has come.
    func streamEnded(_ slot: Int)
    func streamClosed(_ slot: Int)
    /// Whether END_STREAM has come.
    func hasStreamEnded(_ slot: Int) -> Bool
    /// Gives the next part of an answer.
    func readAnswer(
        _ session: OpaquePointer, _ stream: Int32, _ slot: Int, _ memory: UnsafeMutableRawPointer, _ room: Int
    ) -> (count: Int, isEnd: Bool)
    /// A frame has come that carries nothing, though it belongs to a stream.
    func emptyFrameCame()
    /// A frame has come that belongs to no request.
    func otherFrameCame(_ frame: UnsafePointer<nghttp2_frame>)
}

/// nghttp2's way into a server engine, beside ``SessionCallbacks``: a stream's user data is its slot, counted from 1.
///
/// An engine's file makes C functions of these, which cannot be generic themselves.
public enum ServerCallbacks<Engine: ServerCallbackTarget> {
    @usableFromInline typealias Session = SessionCallbacks<Engine>

    @inlinable @inline(__always)
    static func slotOf(_ session: OpaquePointer, _ stream: Int32) -> Int? {
        guard let data = nghttp2_session_get_stream_user_data(session, stream) else { return nil }
        return Int(bitPattern: data) - 1
    }

    /// nghttp2 calls it as its `nghttp2_on_begin_headers_callback`.
    @inlinable @inline(__always)
    public static func beginHeaders(
        _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let frame, let userData else { return 0 }
        let stream = frame.pointee.hd.stream_id
        let isRequest = frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
        Session.with(userData) { engine in
            if let slot = engine.headersBegan(stream, isRequest: isRequest) {
                nghttp2_session_set_stream_user_data(session, stream, UnsafeMutableRawPointer(bitPattern: slot + 1))
            }
        }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_on_data_chunk_recv_callback`.
    @inlinable @inline(__always)
    public static func data(
        _ session: OpaquePointer?, _ stream: Int32, _ data: UnsafePointer<UInt8>?, _ count: Int,
        _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let userData, let slot = slotOf(session, stream) else { return 0 }
        Session.with(userData) { $0.dataCame(slot, UnsafeRawBufferPointer(start: data, count: count)) }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_on_frame_recv_callback`.
    @inlinable @inline(__always)
    public static func frameReceived(
        _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let frame, let userData else { return 0 }
        let header = frame.pointee.hd
        let isHeaders = UInt32(header.type) == NGHTTP2_HEADERS.rawValue
        guard isHeaders || UInt32(header.type) == NGHTTP2_DATA.rawValue else {
            Session.with(userData) { $0.otherFrameCame(frame) }
            return 0
        }
        let isEnd = UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
        Session.with(userData) { engine in
            if header.length == 0 && !isEnd { engine.emptyFrameCame() }
            guard let slot = slotOf(session, header.stream_id) else { return }
            if isHeaders { engine.headersEnded(slot) }
            if isEnd { engine.streamEnded(slot) }
        }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_on_stream_close_callback`.
    @inlinable @inline(__always)
    public static func streamClosed(
        _ session: OpaquePointer?, _ stream: Int32, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let userData, let slot = slotOf(session, stream) else { return 0 }
        Session.with(userData) { $0.streamClosed(slot) }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_on_frame_send_callback`.
    @inlinable @inline(__always)
    public static func frameSent(
        _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let frame, let userData else { return 0 }
        let header = frame.pointee.hd
        if UInt32(header.type) == NGHTTP2_HEADERS.rawValue || UInt32(header.type) == NGHTTP2_DATA.rawValue {
            // RFC 9113 8.1: a server that needs no more of a request asks the client to stop with RST_STREAM(NO_ERROR).
            guard UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0,
                let slot = slotOf(session, header.stream_id), !Session.with(userData, { $0.hasStreamEnded(slot) })
            else { return 0 }
            nghttp2_submit_rst_stream(session, 0, header.stream_id, NGHTTP2_NO_ERROR.rawValue)
        } else if UInt32(header.type) == NGHTTP2_GOAWAY.rawValue {
            Session.with(userData) { $0.goawaySent(frame.pointee.goaway.error_code) }
        }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_data_source_read_callback`.
    @inlinable @inline(__always)
    public static func read(
        _ session: OpaquePointer?, _ stream: Int32, _ memory: UnsafeMutablePointer<UInt8>?, _ room: Int,
        _ flags: UnsafeMutablePointer<UInt32>?, _ source: UnsafeMutablePointer<nghttp2_data_source>?,
        _ userData: UnsafeMutableRawPointer?
    ) -> Int {
        guard let session, let memory, let flags, let source, let userData else {
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        let slot = Int(bitPattern: source.pointee.ptr) - 1
        let part = Session.with(userData) {
            $0.readAnswer(session, stream, slot, UnsafeMutableRawPointer(memory), room)
        }
        if part.isEnd {
            let trailers = Engine.endsWithTrailers ? NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue : 0
            flags.pointee = NGHTTP2_DATA_FLAG_EOF.rawValue | trailers
        }
        return part.count
    }
}
