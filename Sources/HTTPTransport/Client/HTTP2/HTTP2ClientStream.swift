import HTTP2
import NIOCore

/// A request as the client sees it: one stream, kept under its entry's ticket.
struct HTTP2ClientStream {
    /// The memory that is kept for the next request's body.
    private static let maxIdleBytes = 256 * 1024
    /// The most that the header lists of an answer may hold, counted as RFC 9113, 6.5.2 does.
    static let maxListSize = 16 * 1024

    /// What is left of the request's body to be sent.
    var body = ByteBuffer()
    var answer = ReceivedAnswer(status: 0)
    /// The fault that made this side give the stream up.
    var defect: String?
    private(set) var listSize = 0
    private var answerBytes = 0

    /// Makes the ticket free again.
    mutating func release() {
        var body = ByteBuffer()
        swap(&body, &self.body)
        self = HTTP2ClientStream()
        guard body.capacity <= Self.maxIdleBytes else { return }
        body.clear()
        self.body = body
    }

    /// Takes a field of a header list, of an interim answer's (RFC 9110, 15.2), of the final one's or of trailers.
    mutating func addField(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        listSize &+= name.count &+ value.count &+ 32
        if listSize > Self.maxListSize {
            defect = defect ?? "the header list is larger than \(Self.maxListSize) bytes"
        } else if name.equals(":status") {
            answer = ReceivedAnswer(status: value.decimal() ?? 0)
        } else if name.equals("location"), (300..<400).contains(answer.status) {
            answer.location = String(decoding: value, as: UTF8.self)
        }
    }

    /// Takes a part of the answer's body.
    /// - Parameter known: the body of an acknowledgement.
    mutating func take(_ data: UnsafeRawBufferPointer, known: [UInt8]) {
        answerBytes &+= data.count
        guard answerBytes <= ResponseReader.maxBodyBytes else {
            defect = defect ?? "its body is longer than \(ResponseReader.maxBodyBytes) bytes"
            return
        }
        answer.keep(data.bytes, unless: known)
    }
}
