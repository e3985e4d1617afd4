import Broker
import Gob
import NIOCore
import TransportIO

/// The logger half of Go's net/rpc: calls of `RPCServer.LogInfo` read where they lie, each answered by its Seq.
final class NetRPCServerEngine: ServerEngine {
    /// A call whose argument comes next.
    private struct Call {
        var seq: UInt64
        /// Nil for `RPCServer.LogInfo`, else the method that there is not.
        var unknownMethod: String?
    }

    /// A call whose entry's fate is still open.
    private struct OpenCall {
        var seq: UInt64
        var name: [UInt8]
    }

    private let limits: EntryLimits
    private var decoder: GobDecoder
    private var encoder = GobEncoder()
    private var request = RPCRequest<GobText>()
    private var payload = RPCPayload<GobText>()
    private var call: Call?
    private var openCalls: [UInt64: OpenCall] = [:]
    private var nextTicket: UInt64 = 0
    private var hasPartialMessage = false

    init(limits: EntryLimits) {
        self.limits = limits
        decoder = GobDecoder(limits: .forEntries(limits))
    }

    var isIdle: Bool { openCalls.isEmpty && call == nil && !hasPartialMessage }

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        defer { takeEncoded(into: &out) }
        do throws(GobError) {
            while bytes.readableBytes > 0 {
                guard let consumed = try advance(bytes.readableBytesSpan, intake) else { break }
                bytes.moveReaderIndex(forwardBy: consumed.count)
                // Also where all that came was the definition of a type: the value is under way.
                hasPartialMessage = !consumed.isComplete
                guard consumed.isComplete else { break }
            }
        } catch {
            intake.countUndecodable()
            throw ProtocolError("the peer does not speak net/rpc with gob: \(error)")
        }
    }

    /// Takes the next value, which is a request or an argument.
    private func advance(
        _ bytes: RawSpan, _ intake: borrowing EntryIntake
    ) throws(GobError) -> (count: Int, isComplete: Bool)? {
        guard let call else {
            request = RPCRequest()
            let result = try decoder.decode(into: &request, from: bytes)
            if case .value = result {
                self.call = Call(seq: request.seq, unknownMethod: Self.unknownMethod(request.serviceMethod, bytes))
            }
            return result.progress
        }
        let result: GobDecodeResult
        if let method = call.unknownMethod {
            result = try decoder.skip(from: bytes)
            if case .value = result { fail(call.seq, method, Self.noSuchMethod(method)) }
        } else {
            do throws(GobError) {
                payload = RPCPayload()
                result = try decoder.decode(into: &payload, from: bytes)
            } catch {
                // As in Go, an argument of the wrong type fails the call and not the connection.
                guard let offset = error.resumeOffset else { throw error }
                intake.countUndecodable()
                fail(call.seq, LogInfo.serviceMethod, "\(error)")
                self.call = nil
                return (offset, true)
            }
            if case .value = result { take(call, bytes, intake) }
        }
        if case .value = result { self.call = nil }
        return result.progress
    }

    private func take(_ call: Call, _ bytes: RawSpan, _ intake: borrowing EntryIntake) {
        let name = bytes.extracting(payload.name.range)
        guard name.byteCount + payload.data.count <= limits.maxEntryBytes else {
            intake.countUndecodable()
            fail(call.seq, LogInfo.serviceMethod, "the entry exceeds the limit of \(limits.maxEntryBytes) bytes")
            return
        }
        let severity = bytes.extracting(payload.severity.range)
        let entry = ReceivedEntry(
            name: name, data: bytes.extracting(payload.data.range),
            severity: severity.isEmpty ? .info : Severity(name: String(copying: severity)) ?? .info,
            run: bytes.extracting(payload.run.range), sequence: payload.seq, sentAt: payload.sentAt)
        switch intake.take(entry, ticket: nextTicket) {
        case .recorded: reply(call.seq, name)
        case .rejected(let reason): fail(call.seq, LogInfo.serviceMethod, reason)
        case .later:
            openCalls[nextTicket] = OpenCall(seq: call.seq, name: name.withUnsafeBytes { Array($0) })
            nextTicket &+= 1
        }
    }

    func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        guard let call = openCalls.removeValue(forKey: ticket) else { return }
        switch result {
        case .recorded, .later: reply(call.seq, call.name.span.bytes)
        case .rejected(let reason): fail(call.seq, LogInfo.serviceMethod, reason)
        }
        takeEncoded(into: &out)
    }

    // MARK: Replies

    private func reply(_ seq: UInt64, _ name: RawSpan) {
        encode(RPCResponse<String>(serviceMethod: LogInfo.serviceMethod, seq: seq))
        encoder.encodeString(LogInfo.replyPrefix, appending: name)
    }

    private func fail(_ seq: UInt64, _ serviceMethod: String, _ error: String) {
        encode(RPCResponse<String>(serviceMethod: serviceMethod, seq: seq, error: error))
        encode(RPCInvalidRequest())
    }

    private func encode(_ value: some GobStruct) {
        do throws(GobError) {
            try encoder.encode(value)
        } catch {
            preconditionFailure("a header cannot be encoded: \(error)")
        }
    }

    private func takeEncoded(into out: inout ByteBuffer) {
        guard encoder.count > 0 else { return }
        encoder.withUnsafeBytes { _ = out.writeBytes($0) }
        encoder.removeAll()
    }

    private static func unknownMethod(_ method: GobText, _ bytes: RawSpan) -> String? {
        let method = bytes.extracting(method.range)
        let isKnown = method.withUnsafeBytes { $0.elementsEqual(LogInfo.serviceMethod.utf8) }
        return isKnown ? nil : String(copying: method)
    }

    /// What Go's server says.
    private static func noSuchMethod(_ method: String) -> String {
        guard let dot = method.lastIndex(of: ".") else { return "rpc: service/method request ill-formed: \(method)" }
        let what = method[..<dot] == "RPCServer" ? "method" : "service"
        return "rpc: can't find \(what) \(method)"
    }
}

extension GobDecodeResult {
    /// How many bytes are done with, and whether they were a whole value.
    var progress: (count: Int, isComplete: Bool) {
        switch self {
        case .value(let consumed): (consumed, true)
        case .needsMore(let consumed): (consumed, false)
        }
    }
}
