package import NIOCore

/// A rule of HTTP/2, and a client that breaks it, frame by frame.
package struct HTTP2Rule: CustomStringConvertible, Sendable {
    /// A request that is as it should be.
    package struct Request: Sendable {
        package var fields: [(String, String)]
        package var body: [UInt8]

        package init(_ fields: [(String, String)], body: [UInt8]) {
            (self.fields, self.body) = (fields, body)
        }

        func without(_ name: String) -> [(String, String)] {
            fields.filter { $0.0 != name }
        }

        func with(_ name: String, _ value: String) -> [(String, String)] {
            fields.map { $0.0 == name ? (name, value) : $0 }
        }
    }

    /// RFC 9113, 7.
    enum ErrorCode: UInt32 {
        case protocolError = 1
        case flowControl = 3
        case streamClosed = 5
        case frameSize = 6
        case compression = 9
    }

    package typealias Step = @Sendable (_ frames: inout RawFrames, _ request: Request) -> Void

    package let description: String
    /// The error codes that the breach may be answered with; empty where the connection is ended for another reason.
    package let codes: [UInt32]
    /// Whether the client's side begins with its SETTINGS.
    package let hasSettings: Bool
    /// How many whole requests are among the frames.
    package let requestCount: Int
    private let steps: [Step]

    /// - Parameters:
    ///   - requests: how many whole requests are among the frames.
    ///   - first: what the server has answered before the rule is broken.
    init(
        _ text: String, _ codes: ErrorCode..., hasSettings: Bool = true, requests: Int = 0, first: Step? = nil,
        _ breach: @escaping Step
    ) {
        description = text
        self.codes = codes.map(\.rawValue)
        self.hasSettings = hasSettings
        requestCount = requests
        steps = (first.map { [$0] } ?? []) + [breach]
    }

    /// What the client says, in parts that each wait for the answers to the one before.
    package func parts(_ request: Request) -> [ByteBuffer] {
        steps.enumerated().map { number, step in
            var frames = number > 0 ? RawFrames() : hasSettings ? .client() : .withoutSettings()
            step(&frames, request)
            return frames.bytes
        }
    }

    /// Those that cost the connection.
    package static let connectionErrors = frames + streams + settings + windows + compression + floods

    /// Those that cost the stream; an endpoint may treat a stream error as one of the connection (RFC 9113 5.4.2).
    package static let streamErrors = messages + streamWindows
}

extension RawFrames {
    /// Adds a whole request.
    mutating func add(_ stream: UInt32, _ request: HTTP2Rule.Request) {
        addHeaders(stream, request.fields, endStream: false)
        addData(stream, request.body, endStream: true)
    }
}
