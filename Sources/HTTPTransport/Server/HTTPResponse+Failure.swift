package import Broker

extension HTTPResponse {
    /// An answer with the contract's envelope: `{"error": true, "message": …}`.
    package static func failure(_ status: Int, _ message: String, allow: String? = nil) -> HTTPResponse {
        HTTPResponse(status: status, body: HTTPEnvelope.failure(message), allow: allow)
    }
}
