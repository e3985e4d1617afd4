import Foundation

/// How a figure grows with what it is a figure of, on logarithmic scales: 1 is in proportion, 0 not at all, 2 with the square.
enum LogSlope {
    /// The slope of the line through points, by least squares of the logarithms; nil of fewer than two values of x, and of what has no
    /// logarithm.
    static func fit(_ points: [(x: Double, y: Double)]) -> Double? {
        guard points.count > 1, points.allSatisfy({ $0.x > 0 && $0.y > 0 && $0.x.isFinite && $0.y.isFinite }) else {
            return nil
        }
        let (xs, ys) = (points.map { log($0.x) }, points.map { log($0.y) })
        let (meanX, meanY) = (xs.reduce(0, +) / Double(xs.count), ys.reduce(0, +) / Double(ys.count))
        let spread = xs.map { ($0 - meanX) * ($0 - meanX) }.reduce(0, +)
        guard spread > 0 else { return nil }
        return zip(xs, ys).map { ($0 - meanX) * ($1 - meanY) }.reduce(0, +) / spread
    }

    /// The same of the upper half of the logarithmic axis, where what an entry costs in any case hides less of how it grows.
    static func fitUpperHalf(_ points: [(x: Double, y: Double)]) -> Double? {
        guard let low = points.map(\.x).min(), let high = points.map(\.x).max(), low > 0 else { return nil }
        let middle = (low * high).squareRoot()
        return fit(points.filter { $0.x >= middle })
    }
}
