package import Broker
import EntryJSON

extension HTTPResponse {
    /// An answer with the contract's envelope: `{"error": true, "message": …}`.
    package static func failure(_ status: Int, _ message: String, allow: String? = nil) -> HTTPResponse {
        HTTPResponse(status: status, body: JSONEnvelope.failure(message), allow: allow)
    }
}
