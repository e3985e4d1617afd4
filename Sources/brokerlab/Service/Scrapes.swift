import Broker
import Dispatch
import HTTPTransport
import Metrics
import Synchronization

/// Answers to `GET /metrics`: made off the event loop, which may have entries to take, one after the other.
final class Scrapes: Sendable {
    static let path = "/metrics"

    /// The most answers that are being made, or that clients have not taken yet, at once: each is held in memory.
    static let most = 16
    /// How much of an answer is handed over at once, in bytes.
    private static let partBytes = 64 * 1024

    private let page: MetricsPage
    private let count = Atomic(0)
    private let queue = DispatchQueue(label: "brokerlab.metrics")

    init(of page: MetricsPage) {
        self.page = page
    }

    /// The answer to a request for whatever path.
    func answer(to request: HTTPRequest) -> HTTPResponse {
        guard request.path == Self.path else {
            return .failure(404, "there is no \(request.path); metrics are read by GET \(Self.path)")
        }
        guard request.method == "GET" else { return .failure(405, "\(Self.path) takes GET", allow: "GET") }
        guard count.add(1, ordering: .relaxed).newValue <= Self.most else {
            count.subtract(1, ordering: .relaxed)
            return .failure(503, "\(Self.most) are being answered already; ask again")
        }
        let answer = Answer(of: self)
        var response = HTTPResponse(status: 200, body: [])
        response.later = { done in
            self.queue.async { done(answer.make()) }
        }
        return response
    }

    /// An answer, which takes one of the places for as long as somebody has it.
    private final class Answer: Sendable {
        private let scrapes: Scrapes
        private let rest = Mutex<ArraySlice<UInt8>>([])

        init(of scrapes: Scrapes) {
            self.scrapes = scrapes
        }

        deinit {
            scrapes.count.subtract(1, ordering: .relaxed)
        }

        func make() -> HTTPResponse {
            let text = Array(scrapes.page.text().utf8)
            let first = text.prefix(Scrapes.partBytes)
            var response = HTTPResponse(status: 200, contentType: MetricsText.contentType, body: Array(first))
            guard first.count < text.count else { return response }
            rest.withLock { $0 = text.dropFirst(first.count) }
            response.more = { self.next() }
            return response
        }

        private func next() -> HTTPBodyPart {
            rest.withLock { rest in
                guard !rest.isEmpty else { return .end }
                let part = rest.prefix(Scrapes.partBytes)
                rest = rest.dropFirst(part.count)
                return .bytes(Array(part))
            }
        }
    }
}
