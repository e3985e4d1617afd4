import CNGHTTP2
import HTTP2
import NIOCore

/// What nghttp2 tells and asks of the streams.
extension HTTP2ClientEngine: ClientCallbackTarget {
    /// A header list so much larger than what is taken costs the connection (RFC 9113 10.5.1).
    private static let maxHeaderBytes = 256 * 1024

    /// A stream's user data is its entry's ticket, counted from 1.
    @inline(__always)
    static func key(of userData: UnsafeMutableRawPointer?) -> Int? {
        userData.map { Int(bitPattern: $0) - 1 }
    }

    @inline(__always)
    func headersBegan(_ ticket: Int?) {
        headerTicket.value = ticket
    }

    @inline(__always)
    func fieldCame(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let ticket = headerTicket.value else { return true }
        streams[ticket].addField(name, value)
        guard streams[ticket].defect != nil else { return true }
        note(ticket)
        return streams[ticket].listSize <= Self.maxHeaderBytes
    }

    func headersEnded(_ ticket: Int) {
        headerTicket.value = nil
    }

    @inline(__always)
    func dataCame(_ ticket: Int, _ data: UnsafeRawBufferPointer) {
        session.withPointer { _ = nghttp2_session_consume($0, streams[ticket].id, data.count) }
        streams[ticket].take(data, known: knownBody.value)
        if streams[ticket].defect != nil { note(ticket) }
    }

    @inline(__always)
    func streamEnded(_ ticket: Int) {
        streams[ticket].isAnswered = true
        note(ticket)
    }

    @inline(__always)
    func streamClosed(_ ticket: Int, _ errorCode: UInt32) {
        streams[ticket].closedWith = errorCode
        if headerTicket.value == ticket { headerTicket.value = nil }
        note(ticket)
    }

    func settingsCame() {
        conduct.value.hasSeenSettings = true
        capacity = min(maxInFlight, session.peerMaxConcurrentStreams)
    }

    func goawayCame(_ errorCode: UInt32, _ text: String) {
        isRetired = true
        conduct.value.goawayCame(errorCode, text)
    }

    func goawaySent(_ errorCode: UInt32) {
        conduct.value.goawaySent(errorCode)
    }

    func libraryComplained(_ message: String) {
        conduct.value.lastComplaint = message
    }

    @inline(__always)
    func nextPart(_ stream: Int32, _ ticket: Int, room: Int) -> ClientPart? {
        guard streams[ticket].id == stream else { return nil }
        let rest = streams[ticket].body.readableBytes
        return rest <= room ? .bytes(rest, isLast: true) : .bytes(room, isLast: false)
    }

    @inline(__always)
    func appendData(_ frameHeader: UnsafeRawBufferPointer, _ ticket: Int, _ count: Int) -> Bool {
        destination.append(frameHeader, count) { memory in
            streams[ticket].body.readWithUnsafeReadableBytes { bytes in
                guard count <= bytes.count, let start = bytes.baseAddress else { return 0 }
                memory.copyMemory(from: start, byteCount: count)
                return count
            } == count
        }
    }
}
