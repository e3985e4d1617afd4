import BenchmarkResults
import Broker
import Histogram

/// What came of a phase, as a load generator says it.
///
/// Times are nanoseconds of the monotonic clock; latencies are histograms of nanoseconds, in HdrHistogram's V2 encoding,
/// compressed, in base64.
struct GeneratorResult: Sendable, Codable {
    /// When the first entry was due.
    var startNs: UInt64
    /// From then until the last fate was known; for a rate, until its schedule ended if that is later.
    var elapsedNs: UInt64
    /// Entries handed to the transport.
    var sent: UInt64
    /// How many times entries were handed to it again; of a job that says what is to be.
    var retried: UInt64?
    /// Entries acknowledged.
    var acked: UInt64
    /// Entries that were certainly not sent.
    var notSent: UInt64
    /// Entries of which nothing is known.
    var unknown: UInt64
    /// Entries that the logger did not take.
    var rejected: UInt64
    /// What the transport said of the first entry that failed.
    var firstError: String?
    /// Entries acknowledged in the first half of the phase's time, and in the second; none of those that were later.
    var ackedInHalves: [UInt64]?
    /// From the intended send time to the acknowledgement; nil where it was not measured.
    var latency: String?
    /// From the actual send time to the acknowledgement; of a rate.
    var uncorrectedLatency: String?
    /// From the intended to the actual send time; of a rate.
    var scheduleSlip: String?
    /// The same, of the entries that a sender was free for; of a rate.
    var arrivalError: String?
    /// The CPU time of waits that kept the core busy.
    var spunNs: UInt64?
    /// How long senders of operations were at work on an entry, or waited for the others'.
    var operationNs: UInt64?
    /// Bytes sent on the sockets to the target meanwhile, as the kernel counts them.
    var wireTxBytes: UInt64?
    /// Bytes received on them.
    var wireRxBytes: UInt64?
    /// From the beginning of a dial until the connection took an entry; of a job with dials.
    var connect: String?
    /// Bytes sent until then, over all dials.
    var handshakeTxBytes: UInt64?
    /// Bytes received until then.
    var handshakeRxBytes: UInt64?
    /// How many connections were dialed meanwhile; of a job with churn.
    var dialedConnections: UInt64?
    /// The version of TLS that was agreed upon; nil in cleartext.
    var tlsVersion: String?
    /// The cipher suite that was agreed upon, as IANA's registry has it.
    var tlsCipher: String?
    /// The same over time, where the job asks for it.
    var timeline: GeneratorTimeline?
    /// What became of each entry, where the job asks for it.
    var fates: GeneratorFates?
    /// Entries handed to the transport behind what is measured, where the job has such a stretch.
    var afterwardsSent: UInt64?
    /// Entries acknowledged there.
    var afterwardsAcked: UInt64?
    /// What failed first there.
    var afterwardsError: String?
    /// From the end of the schedule before it until its rate was acknowledged; nil where it was not.
    var normalAgainNs: UInt64?
    /// When all connections were reset, where the job asks for it.
    var cutNs: UInt64?
    /// How many there were.
    var cutConnections: UInt64?

    private enum CodingKeys: String, CodingKey {
        case sent, retried, acked, unknown, rejected, latency, connect, timeline, fates
        case startNs = "start_ns"
        case elapsedNs = "elapsed_ns"
        case notSent = "not_sent"
        case firstError = "first_error"
        case ackedInHalves = "acked_in_halves"
        case uncorrectedLatency = "uncorrected_latency"
        case scheduleSlip = "schedule_slip"
        case arrivalError = "arrival_error"
        case spunNs = "spun_ns"
        case operationNs = "operation_ns"
        case wireTxBytes = "wire_tx_bytes"
        case wireRxBytes = "wire_rx_bytes"
        case handshakeTxBytes = "handshake_tx_bytes"
        case handshakeRxBytes = "handshake_rx_bytes"
        case dialedConnections = "dialed_connections"
        case afterwardsSent = "afterwards_sent"
        case afterwardsAcked = "afterwards_acked"
        case afterwardsError = "afterwards_error"
        case normalAgainNs = "normal_again_ns"
        case cutNs = "cut_ns"
        case cutConnections = "cut_connections"
        case tlsVersion = "tls_version"
        case tlsCipher = "tls_cipher"
    }

    init(_ result: LoadResult, wire: WireBytes? = nil) {
        startNs = result.start
        elapsedNs = result.end &- result.start
        (sent, retried, acked) = (result.sent, result.retried, result.acked)
        (notSent, unknown, rejected) = (result.notSent, result.unknown, result.rejected)
        firstError = result.firstError
        ackedInHalves = [result.ackedInFirstHalf, result.ackedInSecondHalf]
        latency = result.latency.totalCount > 0 ? HistogramCode.encode(result.latency) : nil
        uncorrectedLatency = result.uncorrectedLatency.map(HistogramCode.encode)
        scheduleSlip = result.scheduleSlip.map(HistogramCode.encode)
        arrivalError = result.arrivalError.map(HistogramCode.encode)
        spunNs = result.spun
        operationNs = result.operationTime
        (wireTxBytes, wireRxBytes) = (wire?.sent, wire?.received)
        connect = result.connect.map(HistogramCode.encode)
        (handshakeTxBytes, handshakeRxBytes) = (result.handshake?.sent, result.handshake?.received)
        dialedConnections = result.dialed
        (tlsVersion, tlsCipher) = (result.tls?.version, result.tls?.cipherSuite)
        timeline = result.timeline.map(GeneratorTimeline.init)
        if !result.fates.isEmpty { fates = GeneratorFates(result.fates, since: result.start) }
        (afterwardsSent, afterwardsAcked) = (result.afterwards?.sent, result.afterwards?.acked)
        (afterwardsError, normalAgainNs) = (result.afterwards?.firstError, result.afterwards?.normalAgain)
        (cutNs, cutConnections) = (result.fault?.began, result.fault?.connections)
    }

    /// What is reckoned with.
    /// - Throws: ``BenchmarkError`` that says what cannot be.
    func loadResult(of job: LoadJob) throws(BenchmarkError) -> LoadResult {
        let isOpen = job.load.ratePerSecond != nil
        var result = LoadResult(start: startNs, isOpen: isOpen)
        guard elapsedNs < 1 << 60, max(sent, acked, notSent, unknown, rejected) < 1 << 60 else {
            throw BenchmarkError("the load generator counted more than there can be")
        }
        result.end = startNs &+ elapsedNs
        (result.sent, result.acked) = (sent, acked)
        (result.notSent, result.unknown, result.rejected) = (notSent, unknown, rejected)
        if let firstError {
            let fate: TransportError.Fate = rejected > 0 ? .rejected : unknown > 0 ? .unknown : .notSent
            result.firstFailure = TransportError(fate, firstError)
        }
        if let halves = ackedInHalves, halves.count == 2 {
            (result.ackedInFirstHalf, result.ackedInSecondHalf) = (halves[0], halves[1])
        }
        result.isInSlices = job.slices != nil
        if let latency { result.latency = try Self.histogram(latency) }
        if isOpen {
            result.uncorrectedLatency = try uncorrectedLatency.map(Self.histogram)
            result.scheduleSlip = try scheduleSlip.map(Self.histogram) ?? result.scheduleSlip
            result.arrivalError = try arrivalError.map(Self.histogram)
        }
        result.spun = spunNs ?? 0
        result.operationTime = operationNs ?? 0
        if let wireTxBytes, let wireRxBytes { result.wire = WireBytes(sent: wireTxBytes, received: wireRxBytes) }
        if job.dials != nil {
            result.connect = try connect.map(Self.histogram)
            guard result.connect.map({ $0.totalCount == acked }) ?? true else {
                throw BenchmarkError("the load generator counted \(acked) acknowledgements, and other connections")
            }
            if let handshakeTxBytes, let handshakeRxBytes {
                result.handshake = WireBytes(sent: handshakeTxBytes, received: handshakeRxBytes)
            }
        }
        if let churn = job.churn { result.dialed = try dialed(after: churn, of: job) }
        guard [tlsVersion, tlsCipher].compactMap(\.self).allSatisfy(Self.isName) else {
            throw BenchmarkError("the load generator's tls_version or tls_cipher is no name")
        }
        result.tls = tlsVersion.map { TLSSession(version: $0, cipherSuite: tlsCipher) }
        // What does not add up is no measurement, whatever it says.
        let counted = result.latency.totalCount
        // At the beginning of a slice not all that is in flight is so yet.
        guard job.bareLoop == true || counted == acked || job.slices != nil && counted < acked else {
            throw BenchmarkError("the load generator counted \(acked) acknowledgements, and \(counted) latencies")
        }
        if job.fates == true {
            guard let fates = fates ?? (sent == 0 ? GeneratorFates([], since: 0) : nil) else {
                throw BenchmarkError("the load generator was to tell what became of each entry, and does not")
            }
            result.fates = try fates.fates(of: result)
        }
        if job.afterwards != nil, job.ratePerS != nil {
            guard let afterwardsSent, let afterwardsAcked, max(afterwardsSent, afterwardsAcked) < 1 << 60 else {
                throw BenchmarkError(
                    "the load generator was to go on at another rate, and does not say what came of it")
            }
            result.afterwards = Afterwards(
                sent: afterwardsSent, acked: afterwardsAcked, firstError: afterwardsError,
                normalAgain: normalAgainNs.map { min($0, 1 << 60) })
        }
        if job.retry != nil {
            guard let retried, retried < 1 << 60 else {
                throw BenchmarkError(
                    "the load generator was told what to send again, and does not say how many times it did")
            }
            result.retried = retried
        }
        if job.cutAfterS != nil { result.fault = try cut(within: result) }
        if let timeline, let width = job.timelineMs.flatMap(LoadPhase.nanoseconds(ofBin:)),
            let fault = timeline.fault(of: self, width: width)
        {
            throw BenchmarkError("the load generator's timeline \(fault)")
        }
        return result
    }

    /// When the connections were reset.
    private func cut(within result: LoadResult) throws(BenchmarkError) -> FaultEvent {
        guard let cutNs, let cutConnections, (result.start...max(result.start, result.end)).contains(cutNs) else {
            throw BenchmarkError("the load generator was to reset all connections, and does not say when it did")
        }
        return FaultEvent(began: cutNs, ended: cutNs, connections: cutConnections)
    }

    /// The connections that were dialed, where each was to be closed after so many entries: who says nothing of them may not have
    /// known of it, and those that were there before had room for as many each.
    private func dialed(after churn: Int, of job: LoadJob) throws(BenchmarkError) -> UInt64 {
        guard let dialedConnections else {
            throw BenchmarkError(
                "the load generator was to close each connection after \(churn) entries, and says of none that it dialed it"
            )
        }
        guard Double(acked) <= Double(churn) * (Double(dialedConnections) + Double(job.inFlight)) else {
            throw BenchmarkError(
                "the load generator counted \(acked) acknowledgements, and dialed \(dialedConnections) connections for "
                    + "\(churn) entries each")
        }
        return dialedConnections
    }

    /// Whether a text is short, and of letters, digits, `.`, `_` and `-`: the registry's names are.
    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
            }
    }

    private static func histogram(_ text: String) throws(BenchmarkError) -> Histogram<UInt32> {
        guard let histogram = HistogramCode.decode(text) else {
            throw BenchmarkError(
                "the load generator's histogram is none of HdrHistogram's V2 encoding with 3 digits, from 1 ns up to 60 s"
            )
        }
        return histogram
    }
}
