import GRPCTransport

/// Cuts what a call's stream carries into messages, and hands them to the call's observer while it wants them.
struct MessageDelivery {
    /// The largest message that is taken, as it is after decompression.
    let maxMessageBytes: Int

    /// Takes the next bytes of the stream; what is wrong with them is kept as the call's defect.
    func feed(_ data: UnsafeRawBufferPointer, to call: OutgoingCall) {
        deliver(call) { (deframer, body) throws(MessageDeframer.Defect) in
            try deframer.feed(data, maxLength: maxMessageBytes, body)
        }
    }

    /// Goes on with bytes that were held back, now that the observer may want them.
    func resume(_ call: OutgoingCall) {
        deliver(call) { (deframer, body) throws(MessageDeframer.Defect) in
            try deframer.resume(maxLength: maxMessageBytes, body)
        }
    }

    private func deliver(
        _ call: OutgoingCall,
        _ cut: (inout MessageDeframer, (RawSpan, Bool) -> Bool) throws(MessageDeframer.Defect) -> Void
    ) {
        guard let observer = call.observer else { return }
        var deframer = MessageDeframer()
        swap(&deframer, &call.deframer)
        call.isHeld = !observer.isReading
        var defect: GRPCStatus?
        do throws(MessageDeframer.Defect) {
            try cut(&deframer) { message, isCompressed in
                // A message that is not wanted yet would have to be kept whole: one too many is taken instead.
                defect = handOver(message, isCompressed, call, observer)
                call.isHeld = !observer.isReading
                return !call.isHeld && defect == nil && call.isOpen
            }
        } catch {
            defect = GRPCStatus(error, maxBytes: maxMessageBytes)
        }
        swap(&deframer, &call.deframer)
        if let defect { call.defect = defect }
    }

    private func handOver(
        _ message: RawSpan, _ isCompressed: Bool, _ call: OutgoingCall, _ observer: any ClientCallObserver
    ) -> GRPCStatus? {
        guard isCompressed else {
            observer.received(message, wasCompressed: false)
            return nil
        }
        do throws(GRPCStatus) {
            let plain = try call.reply.inflate(message, maxBytes: maxMessageBytes)
            observer.received(plain.span.bytes, wasCompressed: true)
            return nil
        } catch {
            return error
        }
    }
}
