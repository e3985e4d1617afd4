package import Broker

/// Which of the measured transports to take for a payload, a rate and what an acknowledged entry has to survive.
package struct Advice: Sendable {
    /// What an acknowledgement must be worth.
    package enum Need: Sendable, Hashable {
        /// The entry outlives that.
        case surviving(Durability.Failure)
        /// The acknowledgement is of that class, or says more.
        case promise(AcknowledgementClass)

        /// The words of the command line: `logger`, `rabbitmq`, `host`; or a class.
        package init?(_ word: String) {
            if let failure = Durability.Failure(rawValue: word) {
                self = .surviving(failure)
            } else if let promise = AcknowledgementClass(rawValue: word) {
                self = .promise(promise)
            } else {
                return nil
            }
        }

        /// All words.
        package static let words =
            AcknowledgementClass.allCases.map(\.rawValue) + Durability.Failure.allCases.map(\.rawValue)

        /// Whether an acknowledgement of that worth is enough.
        package func isMet(by durability: Durability, _ acknowledgement: String) -> Bool {
            switch self {
            case .surviving(let failure): durability.survives(failure)
            case .promise(.unacknowledged): true
            case .promise(.recorded): acknowledgement == "recorded" || acknowledgement == "stored"
            case .promise(.queued): acknowledgement == "queued" || acknowledgement == "replicated"
            case .promise(let promise): acknowledgement == promise.rawValue
            }
        }

        /// Whether a logger that stores can be what is asked for, and more than one in memory.
        var isOfStores: Bool {
            switch self {
            case .promise(.stored), .surviving(.logger), .surviving(.host): true
            case .promise, .surviving(.rabbitmq): false
            }
        }

        var text: String {
            switch self {
            case .surviving(.logger): "surviving the logger"
            case .surviving(.rabbitmq): "surviving RabbitMQ"
            case .surviving(.host): "surviving the host"
            case .promise(let promise): promise.rawValue
            }
        }
    }

    /// What is wanted.
    package struct Question: Sendable {
        /// The length of an entry's text, in bytes.
        package var payloadBytes: Int
        /// Entries per second.
        package var rate: Double
        /// What an acknowledgement must be worth.
        package var need: Need
        /// Whether the floor, which is no protocol that a service would speak, is an answer.
        package var includesFloor = false
        /// What may go wrong meanwhile; nil where nothing is asked about that.
        package var fault: Fault?
        /// For how long nothing may be acknowledged then, in seconds; nil for however long.
        package var within: Double?
        /// How many times what is carried may be offered; nil where nothing is asked about that.
        package var overload: Double?

        /// Creates a question.
        package init(payloadBytes: Int, rate: Double, need: Need) {
            self.payloadBytes = payloadBytes
            self.rate = rate
            self.need = need
        }

        /// Whether a logger that stores can be what is asked for, and more than one in memory.
        var isOfStores: Bool { need.isOfStores || fault == .loggerKill }

        /// What has `bench` measure it.
        var storeFlag: String { need == .promise(.stored) || fault == .loggerKill ? " --stores sqlite" : "" }
    }

    /// How much faster than asked for a transport must carry without a rate, so that it answers in time.
    static let headroom = 1.4

    /// The answer, as lines of text.
    package let text: String
    /// Whether there is a transport to recommend.
    package let isAnswered: Bool

    /// - Parameters:
    ///   - question: what is wanted.
    ///   - runs: results with the folders that they are in, for citing them; the latest first.
    package init(_ question: Question, runs: [(folder: String, report: Report)]) {
        let rate = question.rate < 1000 ? NumberText.trimmed(question.rate) : NumberText.grouped(question.rate)
        let conditions = question.conditions(in: runs)
        let wish =
            ([ByteText.size(question.payloadBytes), "\(rate) msgs/s", question.need.text] + conditions.map(\.wish))
            .joined(separator: ", ")
        if let missing = conditions.first(where: { !$0.isMeasured }) {
            isAnswered = false
            text = "For \(wish): no answer, since nothing was measured \(missing.wish). Measure: \(missing.command)\n"
            return
        }
        let answers = runs.enumerated().flatMap { age, run in
            AdviceEvidence.all(folder: run.folder, report: run.report, payloadBytes: question.payloadBytes)
                .map { AdviceAnswer(question, $0, conditions, age: age) }
        }
        guard let answer = answers.filter({ !$0.able.isEmpty }).min(by: { $0.order < $1.order }) else {
            isAnswered = false
            text = "For \(wish): no answer, since \(Self.refusal(question, answers))\n"
            return
        }
        isAnswered = true
        let measured = conditions.flatMap { $0.lines(of: answer.able.map(\.transport)) }
        text = (["For \(wish): \(answer.recommendation)"] + answer.lines + measured).map { "\($0)\n" }.joined()
    }

    private static func refusal(_ question: Question, _ answers: [AdviceAnswer]) -> String {
        guard let best = answers.min(by: { $0.order < $1.order }) else {
            return "no payload within a factor of \(Int(AdviceEvidence.farthest)) of "
                + "\(ByteText.size(question.payloadBytes)), and none on either side of it, was measured. Measure: "
                + "brokerlab bench --payload-bytes \(question.payloadBytes) --rounds 7\(question.storeFlag)"
        }
        let reasons = best.leftOut.map { "\($0.transport): \($0.reason)" }.joined(separator: "; ")
        return "nothing that was measured will do. \(reasons) [\(best.evidence.citation)]. Measure: "
            + "brokerlab bench --payload-bytes \(question.payloadBytes) --in-flight 64,256 --rounds 7"
            + question.storeFlag
    }
}
