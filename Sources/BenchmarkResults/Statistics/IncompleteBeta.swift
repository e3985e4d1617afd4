import Glibc

/// The regularized incomplete beta function: what the distributions of Student's t and of binomial counts are made of.
enum IncompleteBeta {
    /// I_x(a, b), for `a` and `b` above 0.
    static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
        // The fraction converges quickly below the mean only (DLMF 8.17.22); above it, the other tail is taken from 1
        // (DLMF 8.17.4).
        guard x > (a + 1) / (a + b + 2) else { return scale * fraction(x, a, b) / a }
        return 1 - scale * fraction(1 - x, b, a) / b
    }

    /// The continued fraction of DLMF 8.17.22, by the method of Lentz.
    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let least = 1e-300
        func away(_ value: Double) -> Double { value.magnitude < least ? least : value }
        var (ratio, inverse) = (1.0, 1 / away(1 - (a + b) * x / (a + 1)))
        var value = inverse
        for step in 1...10_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            inverse = 1 / away(1 + even * inverse)
            ratio = away(1 + even / ratio)
            value *= ratio * inverse
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            inverse = 1 / away(1 + odd * inverse)
            ratio = away(1 + odd / ratio)
            let change = ratio * inverse
            value *= change
            if (change - 1).magnitude < 1e-15 { break }
        }
        return value
    }
}

/// The distribution of Student's t.
enum StudentT {
    /// How likely a value at least so far from 0 is, on either side.
    static func twoSided(_ t: Double, freedom: Double) -> Double {
        guard t.isFinite else { return 0 }
        return IncompleteBeta.regularized(freedom / (freedom + t * t), freedom / 2, 0.5)
    }

    /// The value that is exceeded, on either side together, with that probability.
    static func quantile(twoSided p: Double, freedom: Double) -> Double {
        guard p < 1 else { return 0 }
        var (low, high) = (0.0, 1.0)
        while twoSided(high, freedom: freedom) > p, high < 1e150 { high *= 2 }
        for _ in 0..<200 where high - low > 1e-12 * high {
            let middle = (low + high) / 2
            if twoSided(middle, freedom: freedom) > p { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

/// The distribution of the number of successes in independent trials.
struct Binomial: Sendable {
    /// The trials.
    var count: Double
    /// How likely each succeeds.
    var chance: Double

    /// How likely so many successes or fewer are.
    func atMost(_ successes: Double) -> Double {
        guard successes >= 0 else { return 0 }
        guard successes < count else { return 1 }
        return IncompleteBeta.regularized(1 - chance, count - successes, successes + 1)
    }
}
