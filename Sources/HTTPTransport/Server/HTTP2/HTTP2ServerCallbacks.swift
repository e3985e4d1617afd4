import CNGHTTP2
import HTTP2

/// nghttp2's way into ``HTTP2ServerEngine``.
enum HTTP2ServerCallbacks {
    /// Written once, when it is first used, and only read from then on: safe to share.
    nonisolated(unsafe) static let object: OpaquePointer = make()

    /// Reads the body of an answer into a DATA frame.
    static let readAnswer: nghttp2_data_source_read_callback = {
        ServerCallbacks<HTTP2ServerEngine>.read($0, $1, $2, $3, $4, $5, $6)
    }

    private static func make() -> OpaquePointer {
        let object = HTTP2Session.makeCallbacks()
        nghttp2_session_callbacks_set_on_begin_headers_callback(object) {
            ServerCallbacks<HTTP2ServerEngine>.beginHeaders($0, $1, $2)
        }
        nghttp2_session_callbacks_set_on_header_callback(object) {
            SessionCallbacks<HTTP2ServerEngine>.header($2, $3, $4, $5, $7)
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(object) {
            ServerCallbacks<HTTP2ServerEngine>.data($0, $2, $3, $4, $5)
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(object) {
            ServerCallbacks<HTTP2ServerEngine>.frameReceived($0, $1, $2)
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(object) { session, stream, _, userData in
            ServerCallbacks<HTTP2ServerEngine>.streamClosed(session, stream, userData)
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(object) {
            ServerCallbacks<HTTP2ServerEngine>.frameSent($0, $1, $2)
        }
        nghttp2_session_callbacks_set_error_callback2(object) { _, _, text, count, userData in
            SessionCallbacks<HTTP2ServerEngine>.error(text, count, userData)
        }
        return object
    }
}
