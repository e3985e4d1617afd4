/// What a load generator says of a job: a JSON object on a line of its standard output.
struct GeneratorLine: Sendable, Codable {
    /// A moment of a job.
    enum Mark: String, Sendable, Codable {
        /// The connections are open, and the warm-up is over; `result` says what came of it. The generator waits for the word.
        case warm
        /// What is measured begins.
        case begin
        /// A slice is over, and another one to come: the last fate is known. The generator waits for the word.
        case rest
        /// What is measured has ended: the last fate is known. The result follows.
        case end
    }

    /// What the load has come to so far.
    struct SoFar: Sendable, Codable {
        var messagesPerS: Double
        var p99Us: Double

        private enum CodingKeys: String, CodingKey {
            case messagesPerS = "messages_per_s"
            case p99Us = "p99_us"
        }
    }

    /// The number of the job.
    var job: Int
    /// Which moment it is of.
    var mark: Mark?
    /// What came of the warm-up, or of what was measured.
    var result: GeneratorResult?
    /// What it has come to, for those who wait.
    var soFar: SoFar?
    /// Why nothing came of it.
    var failed: String?

    private enum CodingKeys: String, CodingKey {
        case job, mark, result, failed
        case soFar = "so_far"
    }

    init(
        job: Int, mark: Mark? = nil, result: GeneratorResult? = nil, soFar: SoFar? = nil, failed: String? = nil
    ) {
        (self.job, self.mark, self.result, self.soFar, self.failed) = (job, mark, result, soFar, failed)
    }
}

/// The lab's answer to ``GeneratorLine/Mark/warm`` and to ``GeneratorLine/Mark/rest``: a JSON object on a line of the generator's standard input.
struct GeneratorWord: Sendable, Codable {
    /// The number of the job.
    var job: Int
    /// Whether what is measured may begin; false ends the job.
    var go: Bool
    /// The rate of what is measured, in entries a second, where the job leaves it to the word.
    var ratePerS: Double?
    /// The rate of what comes behind it.
    var afterwardsRatePerS: Double?

    private enum CodingKeys: String, CodingKey {
        case job, go
        case ratePerS = "rate_per_s"
        case afterwardsRatePerS = "afterwards_rate_per_s"
    }
}
