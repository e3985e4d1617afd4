import BenchmarkResults
import NIOCore
import NIOHTTP1

/// A request to the control API, without a body, and who waits for the answer.
struct ControlRequest: Sendable {
    var method: HTTPMethod
    var path: String
    var host: String
    /// The value of the field `Authorization`; nil for none.
    var credentials: String?
    var answer: EventLoopPromise<ControlAnswer>
}

/// What the control API answered.
struct ControlAnswer: Sendable {
    var status: Int
    var body: [UInt8]
    /// Whether the connection takes another request.
    var isKept: Bool
    /// What the `Link` field says.
    var link: String?
}

/// Why there is no answer.
enum ControlFailure: Error, CustomStringConvertible {
    /// The connection ended before a byte of the answer came: a kept one may have been ended before the request was sent.
    case endedBefore
    case endedWithin
    case tooLong(bytes: Int)
    case late(seconds: Double)

    var description: String {
        switch self {
        case .endedBefore, .endedWithin: "it ended the connection"
        case .tooLong(let bytes): "its answer is longer than \(bytes) bytes"
        case .late(let seconds): "no answer within \(DecimalText.short(seconds)) s"
        }
    }
}

/// One request at a time on a connection to the control API.
final class ControlHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = ControlRequest
    typealias OutboundOut = HTTPClientRequestPart

    private let maxBodyBytes: Int
    private var pending: EventLoopPromise<ControlAnswer>?
    private var answer: ControlAnswer?

    init(maxBodyBytes: Int) {
        self.maxBodyBytes = maxBodyBytes
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let request = unwrapOutboundIn(data)
        pending = request.answer
        var headers: HTTPHeaders = ["Host": request.host]
        if let credentials = request.credentials { headers.add(name: "Authorization", value: credentials) }
        // RFC 9110 8.6: a PUT without content says so.
        if request.method == .PUT { headers.add(name: "Content-Length", value: "0") }
        let head = HTTPRequestHead(version: .http1_1, method: request.method, uri: request.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = ControlAnswer(
                status: Int(head.status.code), body: [], isKept: head.isKeepAlive,
                link: head.headers.first(name: "link"))
        case .body(let part):
            guard (answer?.body.count ?? 0) + part.readableBytes <= maxBodyBytes else {
                return fail(ControlFailure.tooLong(bytes: maxBodyBytes), context)
            }
            answer?.body += part.readableBytesView
        case .end:
            guard let answer = answer.take() else { return }
            pending.take()?.succeed(answer)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(answer == nil ? ControlFailure.endedBefore : .endedWithin, context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        pending.take()?.fail(error)
        context.close(promise: nil)
    }
}
