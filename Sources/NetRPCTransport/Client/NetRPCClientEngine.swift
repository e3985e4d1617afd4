import Broker
import Gob
import NIOCore
import TransportIO

/// The broker half of Go's net/rpc: calls of `RPCServer.LogInfo`, answered in any order.
final class NetRPCClientEngine: ClientEngine {
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
    /// The ticket of the response whose reply comes next, and its error.
    private var answered: (ticket: Int, error: String?)?

    init(capacity: Int, limits: EntryLimits) {
        self.capacity = capacity
        self.limits = limits
        ticketBits = Int.bitWidth - max(capacity - 1, 1).leadingZeroBitCount
        decoder = GobDecoder(limits: .forEntries(limits))
    }

    func send(_ entry: LogEntry, ticket: Int, into out: inout ByteBuffer) throws(TransportError) {
        try limits.check(entry)
        let request = RPCRequest<String>(serviceMethod: LogInfo.serviceMethod, seq: nextSeq(ticket))
        let payload = RPCPayload<String>(
            name: entry.name, data: entry.data, severity: entry.severity == .info ? "" : entry.severity.name,
            run: entry.stamp?.run ?? "", seq: entry.stamp?.sequence ?? 0, sentAt: entry.stamp?.sentAt ?? 0)
        do throws(GobError) {
            try encoder.encode(request)
            try encoder.encode(payload)
        } catch {
            encoder.removeAll()
            isInFlight[ticket] = false
            throw TransportError(.notSent, "the entry cannot be encoded as a gob: \(error)")
        }
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
                throw GobError(.corrupted, "a response to Seq \(response.seq), which is not in flight")
            }
            isInFlight[ticket] = false
            let text = bytes.extracting(response.error.range)
            answered = (ticket, text.isEmpty ? nil : String(copying: text))
            return result.progress
        }
        // Whatever the reply's type, the call succeeded if there is no error; after an error it is struct{}{}.
        let result = try decoder.skip(from: bytes)
        guard case .value = result else { return result.progress }
        answered = nil
        if let error {
            completions.fail(ticket, TransportError(.rejected, error))
        } else {
            completions.acknowledge(ticket)
        }
        return result.progress
    }
}
