import CNGHTTP2
package import NIOCore

/// The owner of an `nghttp2_session`: HTTP/2 frames in and out, with header compression and flow control.
///
/// Callbacks run inside ``receive(_:)`` and ``send(into:)`` only, on the caller's thread.
public struct HTTP2Session: ~Copyable {
    /// What one side announces (RFC 9113 6.5.2).
    package struct Settings {
        /// The most streams that the peer may have open; nil for a client, to which nobody opens any.
        package var maxConcurrentStreams: Int?
        /// How many bytes of a stream the peer may send before they are acknowledged.
        package var streamWindow = 16 * 1024 * 1024
        /// How many bytes of all streams the peer may send before they are acknowledged.
        package var connectionWindow = 64 * 1024 * 1024
        /// The largest frame that is taken.
        package var maxFrameSize = 256 * 1024
        /// The largest header list that is taken.
        package var maxHeaderListSize = 16 * 1024

        package init() {}
    }

    /// Header lists of a stream that are so much larger than what is taken cost the connection (RFC 9113 10.5.1).
    package static let maxHeaderBytes = 256 * 1024

    /// RFC 9113 4.1: "All frames begin with a fixed 9-octet header".
    static let frameHeaderCount = 9

    package enum Role {
        case client
        case server
    }

    @usableFromInline let pointer: OpaquePointer

    /// - Parameter callbacks: an `nghttp2_session_callbacks` that lives for ever.
    package init(_ role: Role, callbacks: OpaquePointer, settings: Settings) {
        var options: OpaquePointer?
        nghttp2_option_new(&options)
        defer { nghttp2_option_del(options) }
        // Closed streams are kept for the priority tree of RFC 7540 only, which RFC 9113 5.3.1 abandons.
        nghttp2_option_set_no_closed_streams(options, 1)
        // Windows are given back when bytes have been dealt with: a call that is not read stops its sender.
        nghttp2_option_set_no_auto_window_update(options, 1)
        var session: OpaquePointer?
        switch role {
        case .client: nghttp2_session_client_new2(&session, callbacks, nil, options)
        case .server: nghttp2_session_server_new2(&session, callbacks, nil, options)
        }
        // Creation fails for want of memory only.
        guard let session else { fatalError("no memory for an HTTP/2 session") }
        pointer = session

        var entries = [
            nghttp2_settings_entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.streamWindow),
            nghttp2_settings_entry(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, settings.maxFrameSize),
            nghttp2_settings_entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings.maxHeaderListSize),
        ]
        if role == .client {
            entries.append(nghttp2_settings_entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
            // Without the priorities that RFC 9113 5.3.2 abandons, streams are served one after another, as RFC 9218 10 has it for
            // those that say nothing: a message is complete, and can be answered, before all that came behind it. A server does not
            // say so, as nghttp2 would pass over PRIORITY frames that are malformed then (RFC 9113 6.3).
            entries.append(nghttp2_settings_entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
        }
        if let streams = settings.maxConcurrentStreams {
            entries.append(nghttp2_settings_entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams))
        }
        nghttp2_submit_settings(session, 0, entries, entries.count)
        nghttp2_session_set_local_window_size(session, 0, 0, Int32(clamping: settings.connectionWindow))
    }

    deinit {
        nghttp2_session_del(pointer)
    }

    /// Makes an `nghttp2_session_callbacks`, to be filled and never freed.
    package static func makeCallbacks() -> OpaquePointer {
        var object: OpaquePointer?
        nghttp2_session_callbacks_new(&object)
        // Creation fails for want of memory only.
        guard let object else { fatalError("no memory for nghttp2's callbacks") }
        // RFC 9113, 8.2.1: a message with a field that cannot be one is malformed; nghttp2 would leave out the field.
        nghttp2_session_callbacks_set_on_invalid_header_callback(object) { _, _, _, _, _, _, _, _ in
            NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        return object
    }

    /// Lends the pointer for calls that have no method here.
    @inlinable @inline(__always)
    public func withPointer<R>(_ body: (OpaquePointer) -> R) -> R {
        body(pointer)
    }

    /// Sets what callbacks are given as `user_data`.
    package func setUserData(_ userData: UnsafeMutableRawPointer?) {
        nghttp2_session_set_user_data(pointer, userData)
    }

    /// Gives the session what has come from the peer.
    /// - Returns: nil, or nghttp2's error code, after which nothing can be received.
    package func receive(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return nil }
        let result = nghttp2_session_mem_recv(pointer, start, bytes.count)
        return result < 0 ? Int32(clamping: result) : nil
    }

    /// Appends what can be sent now; DATA frames of a client append themselves in their callback.
    /// - Parameter enough: leaves off when there are so many bytes.
    /// - Returns: nil, or nghttp2's error code, after which nothing can be sent.
    package func send(into out: UnsafeMutablePointer<ByteBuffer>, enough: Int = .max) -> Int32? {
        while out.pointee.readableBytes < enough {
            var bytes: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(pointer, &bytes)
            if count <= 0 { return count < 0 ? Int32(clamping: count) : nil }
            out.pointee.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
        }
        return nil
    }

    /// Whether the session has come to its end: a GOAWAY was sent or received and no stream is open.
    package var isFinished: Bool {
        nghttp2_session_want_read(pointer) == 0 && nghttp2_session_want_write(pointer) == 0
    }

    /// The most streams that the peer lets this side open.
    package var peerMaxConcurrentStreams: Int {
        Int(nghttp2_session_get_remote_settings(pointer, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
    }

    /// What nghttp2 calls one of its error codes.
    package static func text(ofLibraryError code: Int32) -> String {
        String(cString: nghttp2_strerror(code))
    }

    /// Whether a stream that was closed with that error code was not looked at by the peer (RFC 9113 8.7).
    package static func isRefusal(_ errorCode: UInt32) -> Bool {
        errorCode == NGHTTP2_REFUSED_STREAM.rawValue
    }

    /// The name of an error code of RFC 9113 7.
    package static func name(ofErrorCode code: UInt32) -> String {
        String(cString: nghttp2_http2_strerror(code))
    }
}

extension nghttp2_settings_entry {
    fileprivate init(_ id: nghttp2_settings_id, _ value: Int) {
        self.init(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }
}
