import BenchmarkResults
import Broker
import Foundation

/// What a load generator is told to do: a JSON object on a line of its standard input.
struct LoadJob: Sendable, Hashable, Codable {
    /// Its number, which everything that is said of it bears.
    var job: Int
    /// The selector of the transport: `grpc`, `grpc:stream`.
    var transport: String
    /// Where to send: `host:port`, or a URL.
    var target: String
    /// How the connections are secured; nil for cleartext.
    var tls: TLS?
    /// The length of an entry's text, in bytes.
    var payloadBytes: Int
    /// A file of lines that the texts are made of; nil for random characters.
    var payloadFile: String?
    /// What the texts are derived from.
    var payloadSeed: UInt64
    /// How many entries may be unacknowledged at once, over all connections.
    var inFlight: Int
    /// How many connections share them.
    var connections: Int
    /// How many entries a sender sends at once and waits for together.
    var messagesPerOperation: Int
    /// The rate that entries are due at, in entries a second, whether earlier ones are answered or not; nil where each answer
    /// makes room for the next entry.
    var ratePerS: Double?
    /// How a rate is spread; nil without one.
    var arrivals: String?
    /// How long before an entry is due the generator stops sleeping and keeps its core busy, in microseconds.
    var spinUs: Double
    /// How long to send before anything is measured, in seconds.
    var warmupS: Double
    /// The run that the entries of the warm-up bear.
    var warmupRunID: String
    /// How long to send what is measured, in seconds.
    var durationS: Double
    /// How many connections to dial instead, one after the other, each for one entry; nil for connections that stay.
    var dials: Int?
    /// After how many entries a connection is closed and another one dialed; nil for connections that stay.
    var churn: Int?
    /// Whether sends that fail do not end the load, and it is told what became of each entry; of a rate only, nil for no.
    var fates: Bool?
    /// What of that is sent again when it has failed, by nobody but the generator: a word of ``Retries``; nil for what the transport does by
    /// itself.
    var retry: String?
    /// How long after the beginning of what is measured all connections are reset, in seconds; nil for never.
    var cutAfterS: Double?
    /// Where the rate is told with the word, by what the warm-up has carried: what comes behind the measured stretch; nil elsewhere.
    var afterwards: Afterwards?
    /// The run that the measured entries bear.
    var runID: String
    /// What random arrivals are drawn from.
    var seed: UInt64
    /// Whether entries are sent by a bare loop, which measures nothing but their number; nil for no.
    var bareLoop: Bool?
    /// A file for every entry's times; nil for none.
    var rawFile: String?
    /// How wide the bins are that what is measured is told in over time, in milliseconds; nil for no such bins.
    var timelineMs: Double?
    /// In how many slices it is measured, each of which waits for a word of its own; of a closed load on connections that stay, nil for
    /// one piece.
    var slices: Int?

    /// A stretch at another rate behind what is measured, in which nothing is told but when that rate is acknowledged.
    struct Afterwards: Sendable, Hashable, Codable {
        /// How long it is, in seconds.
        var durationS: Double
        /// The run that its entries bear.
        var runID: String

        private enum CodingKeys: String, CodingKey {
            case durationS = "duration_s"
            case runID = "run_id"
        }
    }

    /// Whom to trust, and who to be.
    struct TLS: Sendable, Hashable, Codable {
        /// A PEM file with the authorities that are trusted; nil for those of the system.
        var ca: String?
        /// The name that the peer's certificate bears; nil for the target's host.
        var serverName: String?
        /// A PEM file with this side's certificate; nil for none.
        var certificate: String?
        /// A PEM file with its private key.
        var key: String?

        private enum CodingKeys: String, CodingKey {
            case ca, certificate, key
            case serverName = "server_name"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case job, transport, target, tls, connections, arrivals, seed, dials, churn, fates, retry, afterwards, slices
        case payloadBytes = "payload_bytes"
        case payloadFile = "payload_file"
        case payloadSeed = "payload_seed"
        case inFlight = "in_flight"
        case messagesPerOperation = "messages_per_operation"
        case ratePerS = "rate_per_s"
        case spinUs = "spin_us"
        case warmupS = "warmup_s"
        case warmupRunID = "warmup_run_id"
        case durationS = "duration_s"
        case cutAfterS = "cut_after_s"
        case runID = "run_id"
        case bareLoop = "bare_loop"
        case rawFile = "raw_file"
        case timelineMs = "timeline_ms"
    }

    /// The load that it asks for.
    var load: LoadModel {
        dials != nil
            ? .cold
            : ratePerS.map { .open(ratePerSecond: $0, arrivals: arrivals.flatMap(Arrivals.init) ?? .constant) }
                ?? .closed
    }

    var payload: PayloadKind { payloadFile.map { .lines(path: $0) } ?? .random }

    /// Why it cannot be done as it stands; nil where it can.
    var fault: String? {
        let times = [warmupS, durationS, spinUs, ratePerS ?? 0]
        guard times.allSatisfy((0...1e9).contains) else { return "a time or a rate is negative, or far too large" }
        if let ratePerS, !SuiteRules.ratePerSecond.contains(ratePerS) { return "rate_per_s is \(ratePerS)" }
        if let arrivals, Arrivals(rawValue: arrivals) == nil { return "there are no arrivals '\(arrivals)'" }
        guard (1...EntryLimits.allowedEntryBytes.upperBound).contains(payloadBytes) else {
            return "payload_bytes is \(payloadBytes)"
        }
        guard connections <= SuiteRules.mostConnections else {
            return "connections is \(connections), and \(SuiteRules.mostConnections) are the most"
        }
        guard (1...65_536).contains(inFlight), (1...inFlight).contains(connections), inFlight % connections == 0 else {
            return "\(connections) connections cannot share \(inFlight) in flight evenly"
        }
        guard messagesPerOperation > 0, (inFlight / connections) % messagesPerOperation == 0 else {
            return "operations of \(messagesPerOperation) cannot share what is in flight on a connection evenly"
        }
        if let dials {
            guard dials > 0, connections == 1, inFlight == 1, ratePerS == nil, timelineMs == nil, bareLoop != true,
                churn == nil
            else {
                return "\(dials) dials are not of one connection at a time with one entry, as fast as they come"
            }
        }
        if let churn, churn < 1 || !SuiteRules.churn.contains(churn) { return "churn is \(churn)" }
        if fates == true {
            guard let ratePerS, dials == nil, churn == nil, ratePerS * durationS <= Double(SuiteRules.mostFates) else {
                return "fates are of connections that stay, and of a rate with at most \(SuiteRules.mostFates) entries"
            }
        }
        if let afterwards {
            guard afterwards.durationS > 0, (0...1e9).contains(afterwards.durationS), ratePerS == nil, warmupS > 0,
                dials == nil, churn == nil, fates != true, bareLoop != true, messagesPerOperation == 1
            else {
                return
                    "a rate that is told by the warm-up is of connections that stay, and of a warm-up that is a closed load"
            }
        }
        if let retry {
            guard let retries = Retries(rawValue: retry), retries != .own else { return "there is no retry '\(retry)'" }
            guard fates == true else { return "nothing is sent again in a load that ends where an entry fails" }
        }
        if let cutAfterS, fates != true || !(0...durationS).contains(cutAfterS) { return "cut_after_s is \(cutAfterS)" }
        if let slices {
            guard (1...SuiteRules.mostSlices).contains(slices) else {
                return "slices is \(slices), and \(SuiteRules.mostSlices) are the most"
            }
            guard load == .closed, afterwards == nil, churn == nil, timelineMs == nil, messagesPerOperation == 1
            else { return "slices are of a closed load, of entries one by one, on connections that stay" }
        }
        if let timelineMs, let fault = SuiteRules.faultOfTimeline(timelineMs, duration: durationS) {
            return "timeline_ms: \(fault)"
        }
        return nil
    }

    init(
        job: Int, transport: String, target: String, payloadBytes: Int, payloadSeed: UInt64, inFlight: Int,
        connections: Int, messagesPerOperation: Int = 1, ratePerS: Double? = nil, arrivals: String? = nil,
        spinUs: Double = 0, warmupS: Double, warmupRunID: String, durationS: Double, runID: String, seed: UInt64
    ) {
        self.job = job
        self.transport = transport
        self.target = target
        self.payloadBytes = payloadBytes
        self.payloadSeed = payloadSeed
        self.inFlight = inFlight
        self.connections = connections
        self.messagesPerOperation = messagesPerOperation
        self.ratePerS = ratePerS
        self.arrivals = arrivals
        self.spinUs = spinUs
        self.warmupS = warmupS
        self.warmupRunID = warmupRunID
        self.durationS = durationS
        self.runID = runID
        self.seed = seed
    }

    /// The line.
    var line: String { JSONLine.text(of: self) }

    /// Reads a line; nil where it is no job.
    init?(line: String) {
        guard let job = JSONLine.value(LoadJob.self, of: line) else { return nil }
        self = job
    }
}

/// Values as lines of JSON.
enum JSONLine {
    static func text(of value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Values that are encoded here have numbers and texts; a number that is not finite is none.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    static func value<Value: Decodable>(_: Value.Type, of line: String) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(line.utf8))
    }
}

extension LoadJob.TLS {
    init(_ options: ClientTLS) {
        self.init(
            ca: options.trustRootsFile, serverName: options.serverName, certificate: options.certificateFile,
            key: options.keyFile)
    }

    var options: ClientTLS {
        ClientTLS(trustRootsFile: ca, serverName: serverName, certificateFile: certificate, keyFile: key)
    }
}
