import Broker
import EntryCodecs
import Gob
import NIOCore
import TransportIO

/// The server half of Go's net/rpc, each call answered by its Seq.
///
/// Calls of `RPCServer.LogInfo` are entries, read where they lie; calls of other methods run in tasks of their own.
final class NetRPCServerEngine: ServerEngine {
    /// A call whose argument comes next.
    private struct Call {
        var seq: UInt64
        var target: Target
    }

    /// Whom a call is for.
    private enum Target {
        case logInfo
        case method(String, any RPCMethod)
        case unknown(String)

        var name: String {
            switch self {
            case .logInfo: LogInfo.serviceMethod
            case .method(let name, _), .unknown(let name): name
            }
        }
    }

    /// A call that is to be answered later.
    private enum OpenCall {
        /// Of the entry with that name.
        case logInfo(seq: UInt64, name: [UInt8])
        case method(seq: UInt64, name: String, RunningCall)
    }

    /// What the connection has shown itself to be.
    private enum Stage {
        case opening
        case gobs
        /// Refused over HTTP.
        case finished
    }

    /// The memory that each connection keeps for its replies.
    private static let maxIdleReplyBytes = 256 * 1024

    private let limits: EntryLimits
    private let methods: RPCMethods
    private let takesEntries: Bool
    private var stage = Stage.opening
    private var decoder: GobDecoder
    private var encoder = GobEncoder()
    private var request = RPCRequest<GobText>()
    private var payload = RPCPayload<GobText>()
    private var call: Call?
    private var openCalls: [UInt64: OpenCall] = [:]
    private var nextTicket: UInt64 = 0
    private var hasPartialMessage = false
    /// How much of the HTTP head in front of the gobs has come.
    private var searchedOfHead = 0
    private(set) var isPaused = false

    /// - Parameter takesEntries: whether there is `RPCServer.LogInfo`.
    init(limits: EntryLimits, methods: RPCMethods = RPCMethods(), takesEntries: Bool = true) {
        var methods = methods
        if takesEntries { methods.reserve(service: LogInfo.service) }
        (self.limits, self.methods, self.takesEntries) = (limits, methods, takesEntries)
        decoder = GobDecoder(limits: .forEntries(limits))
    }

    var isIdle: Bool { openCalls.isEmpty && call == nil && !hasPartialMessage }

    var isFinished: Bool { stage == .finished }

    var isAmidMessage: Bool { !isPaused && (hasPartialMessage || call != nil) }

    func receive(
        _ bytes: inout ByteBuffer, into out: inout ByteBuffer, intake: borrowing EntryIntake
    ) throws(ProtocolError) {
        if stage != .gobs {
            guard try isOpen(&bytes, &out, intake) else { return }
        }
        isPaused = false
        defer { takeEncoded(into: &out) }
        do throws(GobError) {
            while bytes.readableBytes > 0 {
                guard encoder.count &+ out.readableBytes < ServerOutput.enough else {
                    isPaused = true
                    break
                }
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

    /// Deals with what comes before the first gob; whether gobs come now.
    private func isOpen(
        _ bytes: inout ByteBuffer, _ out: inout ByteBuffer, _ intake: borrowing EntryIntake
    ) throws(ProtocolError) -> Bool {
        guard stage == .opening, bytes.readableBytes > 0 else { return false }
        hasPartialMessage = false
        do throws(ConnectError) {
            switch try HTTPConnect.opening(bytes.readableBytesView, searched: &searchedOfHead) {
            case .gobs: stage = .gobs
            case .needsMore: hasPartialMessage = true
            case .head(let count, let answer, let isConnected):
                bytes.moveReaderIndex(forwardBy: count)
                out.writeString(answer)
                stage = isConnected ? .gobs : .finished
                if !isConnected { intake.countUndecodable() }
            }
        } catch {
            intake.countUndecodable()
            throw ProtocolError("the peer does not speak net/rpc: \(error)")
        }
        return stage == .gobs
    }

    /// Takes the next value, which is a request or an argument.
    private func advance(
        _ bytes: RawSpan, _ intake: borrowing EntryIntake
    ) throws(GobError) -> (count: Int, isComplete: Bool)? {
        guard let call else {
            request = RPCRequest()
            let result = try decoder.decode(into: &request, from: bytes)
            if case .value = result {
                self.call = Call(seq: request.seq, target: target(of: bytes.extracting(request.serviceMethod.range)))
            }
            return result.progress
        }
        let result: GobDecodeResult
        do throws(GobError) {
            switch call.target {
            case .logInfo:
                payload = RPCPayload()
                result = try decoder.decode(into: &payload, from: bytes)
                if case .value = result { take(call, bytes, intake) }
            case .method(let name, let method):
                let (progress, run) = try method.read(from: &decoder, bytes)
                result = progress
                if case .value = result { start(call.seq, name, run, intake) }
            case .unknown(let name):
                result = try decoder.skip(from: bytes)
                if case .value = result { fail(call.seq, name, methods.unknown(name)) }
            }
        } catch {
            // As in Go, an argument of the wrong type fails the call and not the connection.
            guard let offset = error.resumeOffset else { throw error }
            intake.countUndecodable()
            fail(call.seq, call.target.name, error.goMessage ?? "\(error)")
            self.call = nil
            return (offset, true)
        }
        if case .value = result { self.call = nil }
        return result.progress
    }

    private func target(of serviceMethod: RawSpan) -> Target {
        if takesEntries, serviceMethod.withUnsafeBytes({ $0.elementsEqual(LogInfo.serviceMethod.utf8) }) {
            return .logInfo
        }
        let name = String(copying: serviceMethod)
        return methods[name].map { .method(name, $0) } ?? .unknown(name)
    }

    private func start(
        _ seq: UInt64, _ name: String, _ run: @escaping @Sendable () async -> RPCAnswer,
        _ intake: borrowing EntryIntake
    ) {
        let running = RunningCall()
        openCalls[nextTicket] = .method(seq: seq, name: name, running)
        running.start(run, reply: intake.reply(to: nextTicket))
        nextTicket &+= 1
    }

    private func take(_ call: Call, _ bytes: RawSpan, _ intake: borrowing EntryIntake) {
        let payload = payload.entry
        let name = bytes.extracting(payload.name.range)
        guard name.byteCount + payload.data.count <= limits.maxEntryBytes else {
            intake.countUndecodable()
            fail(call.seq, LogInfo.serviceMethod, "the entry exceeds the limit of \(limits.maxEntryBytes) bytes")
            return
        }
        let entry = ReceivedEntry(
            name: name, data: bytes.extracting(payload.data.range),
            severity: payload.severity(in: bytes),
            run: bytes.extracting(payload.run.range), sequence: payload.seq, sentAt: payload.sentAt)
        switch intake.take(entry, ticket: nextTicket) {
        case .recorded: reply(call.seq, name)
        case .rejected(let reason), .unavailable(let reason), .unknown(let reason):
            fail(call.seq, LogInfo.serviceMethod, reason)
        case .later:
            openCalls[nextTicket] = .logInfo(seq: call.seq, name: name.withUnsafeBytes { Array($0) })
            nextTicket &+= 1
        }
    }

    func complete(_ ticket: UInt64, _ result: RecordResult, into out: inout ByteBuffer) {
        switch (openCalls.removeValue(forKey: ticket), result) {
        case (.logInfo(let seq, let name), .recorded), (.logInfo(let seq, let name), .later):
            reply(seq, name.span.bytes)
        case (.logInfo(let seq, _), .rejected(let reason)), (.logInfo(let seq, _), .unavailable(let reason)),
            (.logInfo(let seq, _), .unknown(let reason)):
            fail(seq, LogInfo.serviceMethod, reason)
        case (.method(let seq, let name, let running), _): answer(seq, name, running.takeAnswer())
        case (nil, _): return
        }
        takeEncoded(into: &out)
    }

    private func answer(_ seq: UInt64, _ name: String, _ answer: RPCAnswer?) {
        switch answer {
        case .reply(let append):
            encode(RPCResponse<String>(serviceMethod: name, seq: seq))
            do throws(GobError) {
                try append(&encoder)
            } catch {
                // As in Go: the header promises a reply that cannot be sent, so the connection ends.
                stage = .finished
            }
        case .failure(let text): fail(seq, name, text)
        case nil: fail(seq, name, "\(name) was abandoned")
        }
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
        encoder.removeAll(keepingCapacity: Self.maxIdleReplyBytes)
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
