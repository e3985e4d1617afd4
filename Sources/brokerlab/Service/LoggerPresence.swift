import Broker
import Foundation
import Synchronization

/// Whether the logger that entries are forwarded to is there, as far as its connection knows.
final class LoggerPresence: Sendable {
    /// What `GET /health` says.
    private struct Health: Encodable {
        var status: String
        var message: String?
    }

    /// Why it is not there; nil when it is.
    private let absence = Mutex<String?>("the logger was not reached yet")

    /// Takes note of what `ClientOptions.presence` tells.
    @Sendable
    func tell(_ failure: TransportError?) {
        absence.withLock { $0 = failure?.message.hidingPasswords }
    }

    /// Whether entries would arrive.
    var isThere: Bool { absence.withLock { $0 == nil } }

    /// The answer to `GET /health`: 200, or 503 with the reason where entries would not arrive.
    var health: HTTPResponse {
        let absence = absence.withLock { $0 }
        let health = Health(status: absence == nil ? "ok" : "not ready", message: absence)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Two texts can always be encoded.
        let body = (try? encoder.encode(health)) ?? Data()
        return HTTPResponse(status: absence == nil ? 200 : 503, body: Array(body))
    }
}
