import CNGHTTP2
import HTTP2

/// The header lists and the message that a server answers with.
struct ServerReply: ~Copyable {
    /// The method that is served.
    static let path: StaticString = "/logs.LogService/WriteLog"

    private let initial = HeaderList([
        HeaderField.fixed(":status", "200"), HeaderField.fixed("content-type", "application/grpc"),
    ])
    private let trailers = HeaderList([HeaderField.fixed("grpc-status", "0")])

    /// Submits the answer to an entry that was recorded; `read` gives its message and then calls ``submitTrailers``.
    func submitLogged(
        _ session: OpaquePointer, _ stream: Int32, slot: Int, read: @escaping nghttp2_data_source_read_callback
    ) {
        var provider = nghttp2_data_provider(
            source: nghttp2_data_source(ptr: UnsafeMutableRawPointer(bitPattern: slot + 1)), read_callback: read)
        nghttp2_submit_response(session, stream, initial.fields, initial.count, &provider)
    }

    /// Submits the trailers behind the message.
    func submitTrailers(_ session: OpaquePointer, _ stream: Int32) {
        nghttp2_submit_trailer(session, stream, trailers.fields, trailers.count)
    }

    /// Submits a status without a message: gRPC over HTTP2, "Trailers-Only".
    func submit(_ status: GRPCStatus, _ session: OpaquePointer, _ stream: Int32, metadata: Metadata = Metadata()) {
        var block = HeaderBlock()
        block.add(":status", "200")
        block.add("content-type", "application/grpc")
        block.add(status)
        // gRPC, "Compression": says which encodings a client may use instead.
        if status.code == .unimplemented { block.add("grpc-accept-encoding", "\(MessageEncoding.accepted)") }
        block.add(metadata)
        block.withFields { _ = nghttp2_submit_response(session, stream, $0, $1, nil) }
    }

    /// Submits the header list in front of a call's messages, which `read` gives.
    func submitHeaders(
        of call: ServerCall, _ session: OpaquePointer, _ stream: Int32, slot: Int,
        read: @escaping nghttp2_data_source_read_callback
    ) {
        var provider = nghttp2_data_provider(
            source: nghttp2_data_source(ptr: UnsafeMutableRawPointer(bitPattern: slot + 1)), read_callback: read)
        var block = HeaderBlock()
        block.add(":status", "200")
        block.add("content-type", "application/grpc")
        block.add("grpc-accept-encoding", "\(MessageEncoding.accepted)")
        if case .gzip = call.announcedEncoding { block.add("grpc-encoding", "gzip") }
        block.add(call.initialMetadata)
        block.withFields { _ = nghttp2_submit_response(session, stream, $0, $1, &provider) }
    }

    /// Submits what ends a call, behind its messages.
    func submitTrailers(of call: ServerCall, _ status: GRPCStatus, _ session: OpaquePointer, _ stream: Int32) {
        var block = HeaderBlock()
        block.add(status)
        block.add(call.trailingMetadata)
        block.withFields { _ = nghttp2_submit_trailer(session, stream, $0, $1) }
    }

    /// Submits an HTTP status, for a request that is not gRPC.
    func submit(httpStatus: StaticString, _ session: OpaquePointer, _ stream: Int32) {
        let field = [HeaderField.fixed(":status", httpStatus)]
        nghttp2_submit_response(session, stream, field, 1, nil)
    }
}
