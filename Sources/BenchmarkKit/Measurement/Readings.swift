/// Readings of a figure at times of their own: in between, it lies on the line from one to the next.
struct Readings: Sendable {
    private var times: [UInt64] = []
    private var values: [Double] = []

    /// No reading yet.
    init() {}

    /// Readings of what was 0 at a time, and of which the last one was taken as soon as the end of that time was known.
    init(_ readings: Readings, from start: UInt64, to end: UInt64) {
        add(0, at: start)
        for (time, value) in zip(readings.times, readings.values) where time > start && time < end {
            times.append(time)
            values.append(value)
        }
        guard let last = readings.times.last, let value = readings.values.last, last >= end, end > start else { return }
        times.append(end)
        values.append(value)
    }

    /// Adds a reading; nil, and one that is no later than the one before, says nothing.
    mutating func add(_ value: (some BinaryInteger)?, at time: UInt64) {
        guard let value, times.last.map({ $0 < time }) ?? true else { return }
        times.append(time)
        values.append(Double(value))
    }

    /// When it was read last.
    var end: UInt64? { times.last }

    /// What it was at a time; nil before the first reading and after the last one.
    func value(at time: UInt64) -> Double? {
        guard let first = times.first, let last = times.last, (first...last).contains(time) else { return nil }
        // The first reading that is no earlier.
        var (low, high) = (0, times.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        guard low > 0, times[low] > time else { return values[low] }
        let part = Double(time - times[low - 1]) / Double(times[low] - times[low - 1])
        return values[low - 1] + part * (values[low] - values[low - 1])
    }

    /// By how much it grew from one time to another; nil where one of them is not known.
    func growth(from start: UInt64, to end: UInt64) -> Double? {
        guard let before = value(at: start), let after = value(at: end) else { return nil }
        return max(0, after - before)
    }
}
