import CNGHTTP2
import HTTP2

/// nghttp2's way into ``GRPCClientEngine``.
enum GRPCClientCallbacks {
    /// Written once, when it is first used, and only read from then on: safe to share.
    nonisolated(unsafe) static let object: OpaquePointer = make()

    /// Says how much of a message the next DATA frame takes.
    static let readMessage: nghttp2_data_source_read_callback = { _, stream, _, room, flags, source, userData in
        ClientCallbacks<GRPCClientEngine>.read(stream, room, flags, source, userData)
    }

    private static func make() -> OpaquePointer {
        let object = HTTP2Session.makeCallbacks()
        nghttp2_session_callbacks_set_on_begin_headers_callback(object) {
            ClientCallbacks<GRPCClientEngine>.beginHeaders($0, $1, $2)
        }
        nghttp2_session_callbacks_set_on_header_callback(object) {
            SessionCallbacks<GRPCClientEngine>.header($2, $3, $4, $5, $7)
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(object) {
            ClientCallbacks<GRPCClientEngine>.data($0, $2, $3, $4, $5)
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(object) {
            ClientCallbacks<GRPCClientEngine>.frameReceived($0, $1, $2)
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(object) {
            ClientCallbacks<GRPCClientEngine>.streamClosed($0, $1, $2, $3)
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(object) { _, frame, userData in
            ClientCallbacks<GRPCClientEngine>.frameSent(frame, userData)
        }
        nghttp2_session_callbacks_set_send_data_callback(object) { _, _, frameHeader, count, source, userData in
            ClientCallbacks<GRPCClientEngine>.sendData(frameHeader, count, source, userData)
        }
        nghttp2_session_callbacks_set_error_callback2(object) { _, _, text, count, userData in
            SessionCallbacks<GRPCClientEngine>.error(text, count, userData)
        }
        return object
    }
}
