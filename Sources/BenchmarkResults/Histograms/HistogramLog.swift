package import Histogram

/// A log of histograms, version 1.3 of the format of HdrHistogram: a line a cell and round, each with a tag that names it.
///
/// Values are nanoseconds; the third column, the interval's largest value, is in milliseconds, as the standard tools have
/// it (HistogramLogWriter, `setMaxValueUnitRatio`).
package struct HistogramLog: Sendable {
    /// The longest latency that is told apart, in nanoseconds; longer ones are recorded as this, and the row is invalid by
    /// then anyway.
    package static var highestLatency: UInt64 { 60_000_000_000 }

    private var path: String

    /// Makes the file, with its header.
    /// - Throws: ``BenchmarkError`` when it cannot be made.
    package init(path: String, startedAt seconds: Double) throws(BenchmarkError) {
        self.path = path
        let start = DecimalText.format(seconds, places: 3)
        try ResultsFile.replace(
            path,
            with: """
                #[brokerlab: nanoseconds from the intended send time to the acknowledgement]
                #[Histogram log format version 1.3]
                #[StartTime: \(start) (seconds since epoch)]
                "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"

                """)
    }

    /// Appends the histogram of a row.
    /// - Throws: ``BenchmarkError`` when it cannot be written.
    package func append(
        _ histogram: Histogram<UInt32>, tag: String, secondsSinceStart: Double, duration: Double
    ) throws(BenchmarkError) {
        let largest = DecimalText.format(Double(histogram.max) / 1e6, places: 3)
        let times = [secondsSinceStart, duration].map { DecimalText.format($0, places: 3) }.joined(separator: ",")
        try ResultsFile.append(
            "Tag=\(tag),\(times),\(largest),\(HistogramCode.encode(histogram))\n", to: path)
    }

    /// The histograms of a file, by their tags; nothing where there is no such file.
    static func read(_ path: String) -> [String: Histogram<UInt32>] {
        var histograms: [String: Histogram<UInt32>] = [:]
        for line in (SmallFile.text(at: path) ?? "").split(separator: "\n") where line.hasPrefix("Tag=") {
            let fields = line.dropFirst(4).split(separator: ",")
            guard fields.count == 5, let histogram = HistogramCode.decode(String(fields[4])) else { continue }
            histograms[String(fields[0])] = histogram
        }
        return histograms
    }
}
