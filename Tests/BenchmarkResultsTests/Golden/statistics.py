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


def bootstrap(values):
    result = stats.bootstrap(
        (values,),
        numpy.median,
        n_resamples=100_000,
        method="percentile",
        rng=numpy.random.default_rng(1),
        vectorized=True,
    )
    low, high = result.confidence_interval
    return f"        ({swift(values)}, {float(numpy.median(values))!r}, {float(low)!r}, {float(high)!r}),"


def holm(values):
    adjusted = multipletests(values, method="holm")[1]
    return f"        ({swift(values)}, {swift(adjusted)}),"


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
print("    ]\n\n    static let bootstrap: [(values: [Double], median: Double, low: Double, high: Double)] = [")
for count, spread in [(3, 0.1), (5, 0.1), (7, 0.05), (9, 0.3), (15, 0.1), (31, 0.2), (60, 0.5)]:
    print(bootstrap(sample(count, 1000, spread)))
print("    ]\n\n    static let percentiles: [(values: [Double], at50And90And99And999: [Double])] = [")
for count in [7, 100, 1500]:
    print(percentiles([round(v) for v in sample(count, 60_000, 0.8)]))
print("    ]\n}")
