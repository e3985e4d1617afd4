import CNGHTTP2
import HTTP2

/// nghttp2's way into ``GRPCServerEngine``.
enum GRPCServerCallbacks {
    /// Written once, when it is first used, and only read from then on: safe to share.
    nonisolated(unsafe) static let object: OpaquePointer = make()

    /// Reads the reply into a DATA frame.
    static let readAnswer: nghttp2_data_source_read_callback = {
        ServerCallbacks<GRPCServerEngine>.read($0, $1, $2, $3, $4, $5, $6)
    }

    private static func make() -> OpaquePointer {
        let object = HTTP2Session.makeCallbacks()
        nghttp2_session_callbacks_set_on_begin_headers_callback(object) {
            ServerCallbacks<GRPCServerEngine>.beginHeaders($0, $1, $2)
        }
        nghttp2_session_callbacks_set_on_header_callback(object) {
            SessionCallbacks<GRPCServerEngine>.header($2, $3, $4, $5, $7)
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(object) {
            ServerCallbacks<GRPCServerEngine>.data($0, $2, $3, $4, $5)
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(object) {
            ServerCallbacks<GRPCServerEngine>.frameReceived($0, $1, $2)
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(object) { session, stream, _, userData in
            ServerCallbacks<GRPCServerEngine>.streamClosed(session, stream, userData)
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(object) {
            ServerCallbacks<GRPCServerEngine>.frameSent($0, $1, $2)
        }
        nghttp2_session_callbacks_set_error_callback2(object) { _, _, text, count, userData in
            SessionCallbacks<GRPCServerEngine>.error(text, count, userData)
        }
        return object
    }
}
