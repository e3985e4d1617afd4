/// Every entry's times, for `--raw`: one CSV file a cell and round, a line an acknowledged entry.
enum RawSamples {
    /// Nanoseconds since the phase's start: when the entry was due, sent and acknowledged.
    static func file(_ result: LoadResult) -> String {
        var text = "intended_ns,sent_ns,acked_ns\r\n"
        text.reserveCapacity(result.samples.count * 32)
        for sample in result.samples {
            let times = [sample.intended, sample.sent, sample.acked].map { String($0 &- result.start) }
            text += times.joined(separator: ",") + "\r\n"
        }
        return text
    }
}
