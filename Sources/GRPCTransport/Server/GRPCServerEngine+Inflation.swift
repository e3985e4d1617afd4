import HTTP2
import NIOCore
import TransportIO

/// Compressed messages: gRPC, "Compression".
///
/// What is small is decompressed where it comes. What takes longer goes on in the connection's later turns (``isPaused``);
/// until then nothing more is read from it.
extension GRPCServerEngine {
    /// Goes on with what has not been decompressed, as far as this turn goes.
    func goOnInflating() {
        inflate()
        dispatch()
    }

    private func inflate() {
        while let message = inflations.value.first {
            guard isWanted(message) else {
                forget(message)
                continue
            }
            switch step(message) {
            case .success(false): return
            case .success(true): taken(message)
            case .failure(let failure): refuse(message, GRPCStatus(failure, maxBytes: maxMessageBytes))
            }
            forget(message)
        }
    }

    private func step(_ message: PendingInflations.Message) -> Result<Bool, Gzip.Failure> {
        let step = { (bytes: RawSpan) -> Result<Bool, Gzip.Failure> in
            do throws(Gzip.Failure) {
                return .success(try message.inflation.step(bytes, budget: &self.inflations.value.budget))
            } catch {
                return .failure(error)
            }
        }
        switch message.content {
        case .unary(let received): return received.read(step)
        case .of(_, let bytes): return step(bytes.span.bytes)
        }
    }

    /// Whether somebody still waits for what becomes of the message.
    private func isWanted(_ message: PendingInflations.Message) -> Bool {
        guard streams.holds(message.slot, message.generation) else { return false }
        return switch message.content {
        case .unary: !streams[message.slot].isAnswered
        case .of(let call, _): call.isOpen
        }
    }

    private func taken(_ message: PendingInflations.Message) {
        let plain = message.inflation.output
        switch message.content {
        case .unary:
            guard let intake else { return }
            let ticket = UInt64(message.generation) << 32 | UInt64(message.slot)
            answer(message.slot, Verdict(on: plain.span.bytes, ticket: ticket, intake: intake, limits: limits))
        case .of(let call, _):
            call.isMessageCompressed = true
            call.handler.received(plain.span.bytes, on: call)
        }
    }

    private func refuse(_ message: PendingInflations.Message, _ status: GRPCStatus) {
        switch message.content {
        case .unary: answer(message.slot, .refused(status))
        case .of(let call, _): call.finish(status)
        }
    }

    /// Gives the first message's memory back, and has its call go on.
    private func forget(_ message: PendingInflations.Message) {
        inflations.value.removeFirst()
        switch message.content {
        case .unary(var received): received.clear(&buffers.value)
        case .of(let call, let bytes):
            heldByCalls.value -= bytes.count
            call.isInflating = false
            if streams.holds(message.slot, message.generation) { note(message.slot) }
        }
    }

    // MARK: Messages that come

    /// Decompresses the message of a unary call, or puts that off; the message's memory is given back in the end.
    func inflateUnary(_ slot: Int, _ message: ReceivedMessage) {
        var message = message
        if let refusal = ServerStream.refusalOfCompression(
            streams[slot].encoding, unknown: streams[slot].unknownEncoding)
        {
            message.clear(&buffers.value)
            return answer(slot, .refused(refusal))
        }
        do throws(Gzip.Failure) {
            let inflation = try Inflation(maxBytes: maxMessageBytes)
            message.own(&buffers.value)
            let pending = PendingInflations.Message(
                slot: slot, generation: streams[slot].generation, content: .unary(message), inflation: inflation)
            watchDeadline(slot)
            inflations.value.append(pending)
        } catch {
            message.clear(&buffers.value)
            answer(slot, .refused(GRPCStatus(error, maxBytes: maxMessageBytes)))
        }
    }

    /// Decompresses a message of another call, or puts that off: then its call is held.
    func inflate(_ message: RawSpan, _ slot: Int, _ call: ServerCall) {
        if let refusal = ServerStream.refusalOfCompression(call.encoding, unknown: call.unknownEncoding) {
            return call.finish(refusal)
        }
        do throws(Gzip.Failure) {
            let inflation = try Inflation(maxBytes: maxMessageBytes)
            if inflations.value.hasTime, try inflation.step(message, budget: &inflations.value.budget) {
                call.isMessageCompressed = true
                let plain = inflation.output
                return call.handler.received(plain.span.bytes, on: call)
            }
            let bytes = message.withUnsafeBytes { Array($0) }
            heldByCalls.value += bytes.count
            call.isInflating = true
            inflations.value.append(
                PendingInflations.Message(
                    slot: slot, generation: streams[slot].generation, content: .of(call, bytes), inflation: inflation))
        } catch {
            call.finish(GRPCStatus(error, maxBytes: maxMessageBytes))
        }
    }
}
