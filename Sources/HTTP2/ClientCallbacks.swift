public import CNGHTTP2

/// A client engine that nghttp2's callbacks reach: what they tell of its streams, by the keys that it gave them.
public protocol ClientCallbackTarget: CallbackTarget {
    /// What an engine knows a stream by.
    associatedtype StreamKey

    /// The key that a stream's user data is; nil where the stream is no longer the engine's.
    static func key(of userData: UnsafeMutableRawPointer?) -> StreamKey?

    /// A header list begins, of a stream of the engine's or of another one.
    func headersBegan(_ key: StreamKey?)
    func headersEnded(_ key: StreamKey)
    func dataCame(_ key: StreamKey, _ data: UnsafeRawBufferPointer)
    /// END_STREAM has come.
    func streamEnded(_ key: StreamKey)
    func streamClosed(_ key: StreamKey, _ errorCode: UInt32)
    func settingsCame()
    func goawayCame(_ errorCode: UInt32, _ text: String)
    /// What the next DATA frame takes; nil if the stream is no longer wanted.
    func nextPart(_ stream: Int32, _ key: StreamKey, room: Int) -> ClientPart?
    /// Appends a DATA frame: its header and the next bytes of the stream; returns whether it could.
    func appendData(_ frameHeader: UnsafeRawBufferPointer, _ key: StreamKey, _ count: Int) -> Bool
}

/// nghttp2's way into a client engine, beside ``SessionCallbacks``: a stream's user data is its key.
///
/// An engine's file makes C functions of these, which cannot be generic themselves.
public enum ClientCallbacks<Engine: ClientCallbackTarget> {
    @usableFromInline typealias Session = SessionCallbacks<Engine>

    /// RFC 9113 4.1: "All frames begin with a fixed 9-octet header".
    @inlinable static var frameHeaderCount: Int { 9 }

    @inlinable @inline(__always)
    static func key(_ session: OpaquePointer, _ stream: Int32) -> Engine.StreamKey? {
        Engine.key(of: nghttp2_session_get_stream_user_data(session, stream))
    }

    /// nghttp2 calls it as its `nghttp2_on_begin_headers_callback`.
    @inlinable @inline(__always)
    public static func beginHeaders(
        _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let frame, let userData else { return 0 }
        let key = key(session, frame.pointee.hd.stream_id)
        Session.with(userData) { $0.headersBegan(key) }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_on_data_chunk_recv_callback`.
    @inlinable @inline(__always)
    public static func data(
        _ session: OpaquePointer?, _ stream: Int32, _ data: UnsafePointer<UInt8>?, _ count: Int,
        _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let userData, let key = key(session, stream) else { return 0 }
        Session.with(userData) { $0.dataCame(key, UnsafeRawBufferPointer(start: data, count: count)) }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_on_frame_recv_callback`.
    @inlinable @inline(__always)
    public static func frameReceived(
        _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let frame, let userData else { return 0 }
        let header = frame.pointee.hd
        let flags = UInt32(header.flags)
        switch UInt32(header.type) {
        case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
            guard let key = key(session, header.stream_id) else { return 0 }
            Session.with(userData) { engine in
                if UInt32(header.type) == NGHTTP2_HEADERS.rawValue { engine.headersEnded(key) }
                if flags & NGHTTP2_FLAG_END_STREAM.rawValue != 0 { engine.streamEnded(key) }
            }
        case NGHTTP2_SETTINGS.rawValue where flags & NGHTTP2_FLAG_ACK.rawValue == 0:
            Session.with(userData) { $0.settingsCame() }
        case NGHTTP2_GOAWAY.rawValue:
            let goaway = frame.pointee.goaway
            let opaque = UnsafeRawBufferPointer(start: goaway.opaque_data, count: min(goaway.opaque_data_len, 100))
            Session.with(userData) { $0.goawayCame(goaway.error_code, String(decoding: opaque, as: UTF8.self)) }
        default: break
        }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_on_stream_close_callback`.
    @inlinable @inline(__always)
    public static func streamClosed(
        _ session: OpaquePointer?, _ stream: Int32, _ errorCode: UInt32, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let session, let userData, let key = key(session, stream) else { return 0 }
        Session.with(userData) { $0.streamClosed(key, errorCode) }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_on_frame_send_callback`.
    @inlinable @inline(__always)
    public static func frameSent(
        _ frame: UnsafePointer<nghttp2_frame>?, _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let frame, let userData, UInt32(frame.pointee.hd.type) == NGHTTP2_GOAWAY.rawValue else { return 0 }
        Session.with(userData) { $0.goawaySent(frame.pointee.goaway.error_code) }
        return 0
    }

    /// nghttp2 calls it as its `nghttp2_data_source_read_callback`: says how much of the request the next DATA frame takes;
    /// the frame itself is appended in ``sendData(_:_:_:_:)``.
    @inlinable @inline(__always)
    public static func read(
        _ stream: Int32, _ room: Int, _ flags: UnsafeMutablePointer<UInt32>?,
        _ source: UnsafeMutablePointer<nghttp2_data_source>?, _ userData: UnsafeMutableRawPointer?
    ) -> Int {
        guard let flags, let source, let userData else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        let part = Engine.key(of: source.pointee.ptr).flatMap { key in
            Session.with(userData) { $0.nextPart(stream, key, room: room) }
        }
        switch part {
        case .bytes(let count, let isLast):
            flags.pointee = NGHTTP2_DATA_FLAG_NO_COPY.rawValue | (isLast ? NGHTTP2_DATA_FLAG_EOF.rawValue : 0)
            return count
        case .deferred: return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case nil: return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
    }

    /// nghttp2 calls it as its `nghttp2_send_data_callback`.
    @inlinable @inline(__always)
    public static func sendData(
        _ frameHeader: UnsafePointer<UInt8>?, _ count: Int, _ source: UnsafeMutablePointer<nghttp2_data_source>?,
        _ userData: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let frameHeader, let source, let userData, let key = Engine.key(of: source.pointee.ptr) else {
            return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
        }
        let header = UnsafeRawBufferPointer(start: frameHeader, count: frameHeaderCount)
        return Session.with(userData) { $0.appendData(header, key, count) } ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }
}
