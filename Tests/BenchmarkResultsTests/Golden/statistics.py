#!/usr/bin/env python3
"""Prints ScipyCases.swift: what scipy and statsmodels say of fixed data, for StatisticsTests.

    .build/peers/venv/bin/python Tests/BenchmarkResultsTests/Golden/statistics.py \
        > Tests/BenchmarkResultsTests/Golden/ScipyCases.swift
"""

import random

import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests

random.seed(16844)


def sample(count, centre, spread, digits=3):
    return [round(random.lognormvariate(0, spread) * centre, digits) for _ in range(count)]


def swift(values):
    return "[" + ", ".join(repr(float(value)) for value in values) + "]"


def whitney(first, second):
    result = stats.mannwhitneyu(first, second, alternative="two-sided", method="auto")
    figures = f"{float(result.statistic)!r}, {float(result.pvalue)!r}"
    return f"        (\n            {swift(first)},\n            {swift(second)}, {figures}\n        ),"


def signed_rank(values):
    tied = len({abs(value) for value in values}) < len(values) or 0 in values
    result = stats.wilcoxon(values, method="asymptotic" if tied or len(values) > 50 else "exact")
    return f"        ({swift(values)}, {float(result.pvalue)!r}),"


def student(t, freedom):
    return f"        ({t}, {freedom}, {float(2 * stats.t.sf(t, freedom))!r}),"


def median_interval(values):
    """Hettmansperger and Sheather (1986), between the order statistics whose coverages are next to 95%."""
    ordered = sorted(values)
    count = len(ordered)

    def coverage(k):
        return 1 - 2 * stats.binom.cdf(k - 1, count, 0.5)

    k = max(k for k in range(1, count // 2 + 1) if coverage(k) >= 0.95)
    part = (coverage(k) - 0.95) / (coverage(k) - coverage(k + 1))
    weight = (count - k) * part / (k + (count - 2 * k) * part)
    low = (1 - weight) * ordered[k - 1] + weight * ordered[k]
    high = (1 - weight) * ordered[count - k] + weight * ordered[count - k - 1]
    return f"        ({swift(values)}, {float(numpy.median(values))!r}, {float(low)!r}, {float(high)!r}),"


def percentile_ranks(percentile, count):
    """The ranks at which the binomial number of values below the percentile comes nearest to 2.5% on each side."""
    below = stats.binom(count, percentile / 100)

    def nearest(chance):
        start = int(below.ppf(chance))
        return min(range(max(0, start - 2), start + 3), key=lambda k: abs(below.cdf(k) - chance))

    return f"        ({percentile}, {count}, {nearest(0.025) + 1}, {min(count, nearest(0.975) + 1)}),"


def holm(values):
    adjusted = multipletests(values, method="holm")[1]
    return f"        ({swift(values)}, {swift(adjusted)}),"


def covariance(old, new):
    """Intercepts of both runs and a slope, by least squares with one row more: that the slope is 1, give or take 0.25."""
    points = numpy.array(old + new)
    of_new = numpy.array([0.0] * len(old) + [1.0] * len(new))
    design = numpy.column_stack([1 - of_new, of_new, points[:, 1]])
    values = points[:, 0]
    freedom = len(values) - 3

    def residual(fit):
        return float(numpy.sum((values - design @ fit) ** 2)) / freedom

    known = residual(numpy.linalg.lstsq(design, values)[0]) / 0.25**2
    row = numpy.sqrt(known) * numpy.array([0.0, 0.0, 1.0])
    whole = numpy.vstack([design, row])
    fit = numpy.linalg.lstsq(whole, numpy.append(values, numpy.sqrt(known)))[0]
    contrast = numpy.array([-1.0, 1.0, 0.0])
    # And half a percent that no round tells of.
    error = numpy.sqrt(residual(fit) * contrast @ numpy.linalg.inv(whole.T @ whole) @ contrast + 0.005**2)
    difference = float(fit[1] - fit[0])
    p = float(2 * stats.t.sf(abs(difference) / error, freedom))
    rounds = [swift([value for point in run for value in point]) for run in (old, new)]
    figures = f"{float(fit[2])!r}, {difference!r}, {p!r}"
    return f"        (\n            {rounds[0]},\n            {rounds[1]}, {figures}\n        ),"


def paired_rounds(count, moved, changed, power, spread):
    floors = [moved + random.gauss(0, spread) for _ in range(count)]
    return [(round(changed + power * floor + random.gauss(0, 0.03), 6), round(floor, 6)) for floor in floors]


def percentiles(values):
    ranks = [50, 90, 99, 99.9]
    # The smallest value that so many values do not exceed, as HdrHistogram counts.
    found = numpy.percentile(values, ranks, method="inverted_cdf")
    return f"        ({swift(values)}, {swift(found)}),"


tied = [[round(v) for v in sample(9, 10, 0.3)] for _ in range(2)]
print(
    f"// Made by statistics.py: scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, "
    f"numpy {numpy.__version__}."
)
print("// swift-format-ignore-file\n")
print("enum ScipyCases {")
print("    static let mannWhitney: [(first: [Double], second: [Double], u: Double, p: Double)] = [")
for first, second in [
    ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]),
    (sample(7, 100, 0.05), sample(7, 112, 0.05)),
    (sample(7, 100, 0.05), sample(7, 101, 0.05)),
    (sample(5, 10, 0.4), sample(8, 12, 0.4)),
    (sample(3, 10, 0.4), sample(30, 12, 0.4)),
    (sample(25, 100, 0.1), sample(25, 105, 0.1)),
    (sample(12, 100, 0.1), sample(40, 103, 0.1)),
    tuple(tied),
    ([5.0] * 7, [5.0] * 6 + [6.0]),
]:
    print(whitney(first, second))
print("    ]\n\n    static let holm: [(p: [Double], adjusted: [Double])] = [")
for p in [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.9, 0.6], [0.001, 0.001, 0.02, 0.8, 0.04, 0.011]]:
    print(holm(p))
print("    ]\n\n    static let signedRank: [(values: [Double], p: Double)] = [")
for count, shift in [(6, 0.1), (15, 0.05), (20, -0.02), (50, 0.03), (64, 0.02)]:
    print(signed_rank([round(random.gauss(shift, 0.1), 6) for _ in range(count)]))
print(signed_rank([round(random.gauss(0.5, 1), 0) for _ in range(20)]))
print("    ]\n\n    static let student: [(t: Double, freedom: Double, p: Double)] = [")
for t, freedom in [(0.5, 3), (2.447, 6), (7.5, 5), (12, 13), (40, 4), (1.96, 1e7)]:
    print(student(t, freedom))
print("    ]\n\n    static let median: [(values: [Double], median: Double, low: Double, high: Double)] = [")
for count, spread in [(6, 0.1), (7, 0.05), (9, 0.3), (10, 0.3), (15, 0.1), (31, 0.2), (60, 0.5)]:
    print(median_interval(sample(count, 1000, spread)))
print("    ]\n\n    static let ranks: [(percentile: Double, count: UInt64, low: UInt64, high: UInt64)] = [")
for percentile, count in [(50, 20), (90, 100), (99, 1000), (99, 123_456), (99.9, 10_000), (99.9, 5_000_000)]:
    print(percentile_ranks(percentile, count))
print("    ]\n\n    static let percentiles: [(values: [Double], at50And90And99And999: [Double])] = [")
for count in [7, 100, 1500]:
    print(percentiles([round(v) for v in sample(count, 60_000, 0.8)]))
print("    ]\n")
print("    /// Values and the floor's by turns, as logarithms.")
print("    static let covariance: [(old: [Double], new: [Double], power: Double, difference: Double, p: Double)] = [")
for count, moved, changed, power, spread in [
    (23, 0.05, -0.04, 1.2, 0.08),
    (12, -0.3, 0, 1.3, 0.1),
    (4, 0.2, 0.1, 1, 0.01),
]:
    first = paired_rounds(count, 0, 0, power, spread)
    print(covariance(first, paired_rounds(count + 2, moved, changed, power, spread)))
print("    ]\n}")
