import Broker
import CNGHTTP2
import EntryJSON
import HTTP2

/// The header lists that a server answers with over HTTP/2.
struct HTTP2Answers: ~Copyable {
    private static let dateIndex = 1

    private let date = Unguarded(HTTPDate())
    private let logged = HeaderList(copying: [
        (":status", "202"), ("date", HTTPDate().text), ("content-type", "application/json"),
        ("content-length", "\(JSONEnvelope.loggedText.utf8CodeUnitCount)"),
    ])
    private let goOn = HeaderList([HeaderField.fixed(":status", "100")])

    /// Submits the answer to an entry that was recorded; its body is read from the engine.
    func submitLogged(_ session: OpaquePointer, _ stream: Int32, slot: Int) {
        if date.value.refresh() { logged.setValue(at: Self.dateIndex, to: date.value.text) }
        var body = Self.body(slot)
        nghttp2_submit_response(session, stream, logged.fields, logged.count, &body)
    }

    /// Submits another answer; its body is read from the engine, unless there is none.
    func submit(_ response: HTTPResponse, omitsBody: Bool, _ session: OpaquePointer, _ stream: Int32, slot: Int) {
        if date.value.refresh() { logged.setValue(at: Self.dateIndex, to: date.value.text) }
        var block = HeaderBlock()
        block.add(":status", "\(response.status)")
        block.add("date", date.value.text)
        if let allow = response.allow { block.add("allow", allow) }
        if let challenge = response.challenge { block.add("www-authenticate", challenge) }
        block.add("content-type", response.contentType)
        if let link = response.link { block.add("link", link) }
        if response.more == nil { block.add("content-length", "\(response.body.count)", isIndexed: false) }
        block.withFields { fields, count in
            guard !omitsBody, !response.body.isEmpty || response.more != nil else {
                nghttp2_submit_response(session, stream, fields, count, nil)
                return
            }
            var body = Self.body(slot)
            nghttp2_submit_response(session, stream, fields, count, &body)
        }
    }

    /// Submits 100 (Continue).
    func submitContinue(_ session: OpaquePointer, _ stream: Int32) {
        nghttp2_submit_headers(session, 0, stream, nil, goOn.fields, goOn.count, nil)
    }

    private static func body(_ slot: Int) -> nghttp2_data_provider {
        nghttp2_data_provider(
            source: nghttp2_data_source(ptr: UnsafeMutableRawPointer(bitPattern: slot + 1)),
            read_callback: HTTP2ServerCallbacks.readAnswer)
    }
}
