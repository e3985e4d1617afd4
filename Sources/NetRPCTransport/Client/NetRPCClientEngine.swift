import Broker
import EntryCodecs
import Gob
import NIOCore
import TransportIO

/// The broker half of Go's net/rpc: calls of `RPCServer.LogInfo`, answered in any order.
final class NetRPCClientEngine: ClientEngine {
    /// The texts of an entry from which on a copy, encoder to buffer, costs more than making room does, in bytes.
    private static let encodedInPlace = 16 * 1024

    let capacity: Int
    private let limits: EntryLimits
    private var encoder = GobEncoder()
    private var decoder: GobDecoder
    private var response = RPCResponse<GobText>()
    /// The Seq of the latest call of each ticket.
    ///
    /// The ticket stands in a Seq's low bits, so that a reply finds its call without a search,
    /// and the rest of it tells a late or invented reply from the one that is due.
    private var seqs: [UInt64] = []
    private var isInFlight: [Bool] = []
    private let ticketBits: Int
    /// How much of the HTTP head in front of the gobs has come.
    private var searchedOfHead = 0
    /// The ticket of the response whose reply comes next, nil where no call waits for it, and its error.
    private var answered: (ticket: Int?, error: String?)?
    /// The calls in flight that are not entries, by ticket.
    private var calls: [Int: any AnyRPCCall] = [:]
    /// The path of the HTTP CONNECT whose answer has not come yet.
    private var connecting: String?

    /// - Parameter path: where to CONNECT to over HTTP first; nil for plain TCP.
    init(capacity: Int, limits: EntryLimits, path: String? = nil) {
        self.capacity = capacity
        connecting = path
        self.limits = limits
        ticketBits = Int.bitWidth - max(capacity - 1, 1).leadingZeroBitCount
        decoder = GobDecoder(limits: .forEntries(limits))
    }

    var isReady: Bool { connecting == nil }

    func open(into out: inout ByteBuffer) {
        if let connecting { out.writeString(HTTPConnect.request(path: connecting)) }
    }

    func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
        let request = RPCRequest<String>(serviceMethod: LogInfo.serviceMethod, seq: nextSeq(ticket))
        let payload = RPCPayload(entry: GobEntry(entry))
        do throws(GobError) {
            let textBytes = entry.name.utf8.count + entry.data.utf8.count
            if textBytes < Self.encodedInPlace {
                try encoder.encode(request)
                try encoder.encode(payload)
            } else {
                try encode(request, payload, room: textBytes + EntryLimits.maxRunIDBytes + 1024, into: &out)
            }
        } catch {
            encoder.removeAll()
            isInFlight[ticket] = false
            throw TransportError(.notSent, "the entry cannot be encoded as a gob: \(error)")
        }
        takeEncoded(into: &out)
    }

    func send(_ call: any ClientCall, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        guard let call = call as? any AnyRPCCall else {
            throw TransportError(.notSent, "\(type(of: call)) is not a call of net/rpc")
        }
        let request = RPCRequest<String>(serviceMethod: call.serviceMethod, seq: nextSeq(ticket))
        // The argument first, for it may fail: then nothing is sent but definitions of its types, which the stream keeps.
        var argument = ByteBuffer()
        do throws(GobError) {
            try call.encodeArgument(to: &encoder)
            takeEncoded(into: &argument)
            try encoder.encode(request)
        } catch {
            takeEncoded(into: &out)
            isInFlight[ticket] = false
            throw TransportError(.notSent, "the argument of \(call.serviceMethod) cannot be encoded: \(error)")
        }
        takeEncoded(into: &out)
        out.writeBuffer(&argument)
        calls[ticket] = call
    }

    /// Encodes a large entry where it is to lie; `room` is more than it takes.
    private func encode(
        _ request: RPCRequest<String>, _ payload: RPCPayload<String>, room: Int, into out: inout ByteBuffer
    ) throws(GobError) {
        var failure: GobError?
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { memory in
            do throws(GobError) {
                return try encoder.encode(into: memory) { encoder throws(GobError) in
                    try encoder.encode(request)
                    try encoder.encode(payload)
                }
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
    }

    private func takeEncoded(into out: inout ByteBuffer) {
        encoder.withUnsafeBytes { _ = out.writeBytes($0) }
        encoder.removeAll()
    }

    private func nextSeq(_ ticket: Int) -> UInt64 {
        while seqs.count <= ticket {
            seqs.append(UInt64(seqs.count) &- (1 << ticketBits))
            isInFlight.append(false)
        }
        seqs[ticket] &+= 1 << ticketBits
        isInFlight[ticket] = true
        return seqs[ticket]
    }

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, completions: inout Completions
    ) throws(ProtocolError) {
        if let connecting {
            do throws(ConnectError) {
                guard
                    let head = try HTTPConnect.readAnswer(
                        bytes.readableBytesView, path: connecting, searched: &searchedOfHead)
                else { return }
                bytes.moveReaderIndex(forwardBy: head)
            } catch {
                throw ProtocolError("\(error)")
            }
            self.connecting = nil
        }
        do throws(GobError) {
            while bytes.readableBytes > 0 {
                let progress = try advance(bytes.readableBytesSpan, &completions)
                bytes.moveReaderIndex(forwardBy: progress.count)
                guard progress.isComplete else { return }
            }
        } catch {
            throw ProtocolError("the answer is not net/rpc with gob: \(error)")
        }
    }

    /// Takes the next value, which is a response or the reply behind it.
    private func advance(
        _ bytes: RawSpan, _ completions: inout Completions
    ) throws(GobError) -> (count: Int, isComplete: Bool) {
        guard let (ticket, error) = answered else {
            response = RPCResponse()
            let result = try decoder.decode(into: &response, from: bytes)
            guard case .value = result else { return result.progress }
            let ticket = Int(truncatingIfNeeded: response.seq & ((1 << UInt64(ticketBits)) - 1))
            guard ticket < seqs.count, seqs[ticket] == response.seq, isInFlight[ticket] else {
                // As Go's client does (net/rpc, Client.input): no call waits for it, so its body is read and dropped.
                answered = (nil, nil)
                return result.progress
            }
            isInFlight[ticket] = false
            let text = bytes.extracting(response.error.range)
            answered = (ticket, text.isEmpty ? nil : String(copying: text))
            return result.progress
        }
        guard let ticket else { return try drop(bytes) }
        if error == nil, !calls.isEmpty, let call = calls[ticket] {
            return try advance(call, ticket, bytes, &completions)
        }
        guard let error else { return try advance(ticket, bytes, &completions) }
        // Behind an error comes struct{}{}.
        let progress = try drop(bytes)
        guard answered == nil else { return progress }
        calls[ticket] = nil
        completions.fail(ticket, TransportError(.rejected, error))
        return progress
    }

    /// Takes the reply to an entry, which is a text: what replies anything else has not said that the entry is recorded.
    private func advance(
        _ ticket: Int, _ bytes: RawSpan, _ completions: inout Completions
    ) throws(GobError) -> (count: Int, isComplete: Bool) {
        var text = GobText.gobZero
        do throws(GobError) {
            let result = try decoder.decode(into: &text, from: bytes)
            guard case .value = result else { return result.progress }
            completions.acknowledge(ticket)
            answered = nil
            return result.progress
        } catch {
            guard let offset = error.resumeOffset else { throw error }
            completions.fail(
                ticket, TransportError(.unknown, "the reply of \(LogInfo.serviceMethod) is not a text: \(error)"))
            answered = nil
            return (offset, true)
        }
    }

    /// Moves past a reply, of any type.
    private func drop(_ bytes: RawSpan) throws(GobError) -> (count: Int, isComplete: Bool) {
        let result = try decoder.skip(from: bytes)
        if case .value = result { answered = nil }
        return result.progress
    }

    /// Takes the reply to a call.
    private func advance(
        _ call: any AnyRPCCall, _ ticket: Int, _ bytes: RawSpan, _ completions: inout Completions
    ) throws(GobError) -> (count: Int, isComplete: Bool) {
        do throws(GobError) {
            let result = try call.decodeReply(from: &decoder, bytes)
            guard case .value = result else { return result.progress }
            completions.acknowledge(ticket)
            (answered, calls[ticket]) = (nil, nil)
            return result.progress
        } catch {
            guard let offset = error.resumeOffset else { throw error }
            // The method did its work; what it replied is not known.
            completions.fail(
                ticket, TransportError(.unknown, "the reply of \(call.serviceMethod) cannot be read: \(error)"))
            (answered, calls[ticket]) = (nil, nil)
            return (offset, true)
        }
    }
}
