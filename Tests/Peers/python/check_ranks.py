#!/usr/bin/env python3
"""Works out the ranks of a results folder from its results.csv with scipy and statsmodels, and holds summary.csv against them.

    .build/peers/venv/bin/python Tests/Peers/python/check_ranks.py results/DIR ...
    .build/peers/venv/bin/python Tests/Peers/python/check_ranks.py --make BROKERLAB COUNT SEED FOLDER

The second makes random folders first, on which brokerlab reports.

Ranks, ties, equivalences, adjusted p-values, least differences and the intervals of medians: by the rules that Method.md gives,
and by other people's code.
"""

import itertools
import json
import math
import pathlib
import random
import subprocess
import sys

import numpy
import pandas
from scipy import stats
from statsmodels.stats.multitest import multipletests

LEVEL = 0.05
MARGIN = 0.02
POWER = 0.9
LARGEST_LEAST = 9
LEAST_ROUNDS = 4
FIRST_RANKED = 15
LOOKS = [6, 8, 11, 15, 20, 27, 36, 48, 64]


def p_value(values):
    """How likely so large logarithms of ratios are where there is no difference."""
    if len(values) < LEAST_ROUNDS:
        return 1.0
    if len(values) < FIRST_RANKED:
        if numpy.ptp(values) == 0:
            return float(values[0] == 0)
        return stats.ttest_1samp(values, 0).pvalue
    sizes = numpy.abs(values)
    if not sizes.any():
        return 1.0
    is_exact = len(set(sizes)) == len(sizes) and sizes.all() and len(sizes) <= 50
    return stats.wilcoxon(values, method="exact" if is_exact else "asymptotic").pvalue


def averages(values):
    return sorted((a + b) / 2 for a, b in itertools.combinations_with_replacement(values, 2))


def center(values):
    return numpy.median(averages(values)) if len(values) >= FIRST_RANKED else numpy.mean(values)


def interval(values, level):
    """The logarithms that the test at that level would not reject; nothing where it rejects none."""
    count = len(values)
    if count < LEAST_ROUNDS:
        return None
    if count < FIRST_RANKED:
        half = stats.t.isf(level / 2, count - 1) * stats.sem(values)
        return numpy.mean(values) - half, numpy.mean(values) + half
    ordered = averages(values)
    if count <= 50:
        # The sum of ranks is symmetric; its distribution is that of a uniform choice of signs.
        sums = numpy.zeros(count * (count + 1) // 2 + 1)
        sums[0] = 1
        for rank in range(1, count + 1):
            sums[rank:] = sums[rank:] + sums[:-rank]
        cut = int(numpy.argmax(2 * numpy.cumsum(sums) / 2.0**count > level))
    else:
        spread = math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
        cut = int(count * (count + 1) / 4 - stats.norm.isf(level / 2) * spread)
    return None if cut < 1 else (ordered[cut - 1], ordered[-cut])


def median_interval(values):
    """Hettmansperger and Sheather (1986); the range of fewer than six values."""
    ordered = sorted(values)
    count = len(ordered)
    if count < 6:
        return ordered[0], ordered[-1]

    def coverage(k):
        return 1 - 2 * stats.binom.cdf(k - 1, count, 0.5)

    k = max(k for k in range(1, count // 2 + 1) if coverage(k) >= 1 - LEVEL)
    part = (coverage(k) - (1 - LEVEL)) / (coverage(k) - max(0, coverage(k + 1)))
    weight = (count - k) * part / (k + (count - 2 * k) * part)
    return (
        (1 - weight) * ordered[k - 1] + weight * ordered[k],
        (1 - weight) * ordered[count - k] + weight * ordered[count - k - 1],
    )


class Pair:
    """Two transports of one class under one load."""

    def __init__(self, first, second, values):
        self.first, self.second, self.values = first, second, values
        self.better, self.at_most, self.p, self.least = None, math.inf, 1.0, None

    @property
    def is_equal(self):
        return self.better is None and self.at_most <= MARGIN

    @property
    def is_open(self):
        return self.better is None and not self.is_equal

    def look(self, values, adjusted, noise, level):
        self.p = min(self.p, adjusted)
        middle = center(values) if len(values) else 0
        if adjusted < LEVEL and math.expm1(abs(middle)) > (noise or 0):
            self.better = self.first if middle > 0 else self.second
        ends = interval(values, 2 * level)
        if ends is not None:
            self.at_most = min(self.at_most, math.expm1(max(map(abs, ends))))
        asked, chance = interval(values, level), interval(values, 2 * (1 - POWER))
        if asked is not None and chance is not None:
            size = (asked[1] - asked[0] + chance[1] - chance[0]) / 2
            self.least = max(math.expm1(size), noise or 0)
            if self.least >= LARGEST_LEAST:
                self.least = None


def compare(samples, control, looks):
    """All pairs, look by look: samples and control have a value a round."""
    pairs = []
    for first, second in itertools.combinations(samples, 2):
        ratios = numpy.log((samples[first] / samples[second]).dropna().sort_index())
        pairs.append(Pair(first, second, ratios))
    last = max(int(sample.index.max()) for sample in samples.values())
    reached = [last] if looks is None else [look for look in looks if look <= last]
    shares = 1 if looks is None else len(looks)
    for look in reached:
        ratios = control[control.index <= look]
        noise = None
        if len(ratios):
            middle = numpy.median(ratios)
            noise = max(middle, 1 / middle) - 1
        # Those that are equal stay in the family, and are not looked at again.
        still = [pair for pair in pairs if pair.better is None]
        if not any(pair.is_open for pair in still):
            break
        values = [pair.values[pair.values.index <= look].to_numpy() for pair in still]
        p = [min(1, p_value(one) * shares) for one in values]
        adjusted = multipletests(p, method="holm")[1]
        for pair, one, value in zip(still, values, adjusted, strict=True):
            if pair.is_open:
                pair.look(one, value, noise, LEVEL / (shares * len(still)))
    return pairs


def check(folder):
    record = json.loads((folder / "run.json").read_text())
    suite = record["suite"]
    looks = LOOKS if suite.get("timeBudget") is not None else None
    frame = pandas.read_csv(folder / "results.csv", keep_default_na=False, na_values=[""])
    frame["name"] = frame["transport"] + frame["variant"].map(lambda one: "" if pandas.isna(one) else f":{one}")
    frame["target_rate_per_s"] = frame["target_rate_per_s"].fillna(0)
    summary = pandas.read_csv(folder / "summary.csv", keep_default_na=False, na_values=[""])
    summary["target_rate_per_s"] = summary["target_rate_per_s"].fillna(0)
    # Rows of before there was a choice are of the logger's memory.
    if "store" not in frame:
        frame["store"] = "memory"
    if "socket" not in frame:
        frame["socket"] = "tcp"
    if "network" not in frame:
        frame["network"] = "loopback"
    for table in (frame, summary):
        # Where RabbitMQ is at no end of a link, it is at the usual one.
        sides = table["rabbitmq_side"] if "rabbitmq_side" in table else pandas.Series(index=table.index, dtype=object)
        table["rabbitmq_side"] = sides.astype(object).fillna("logger")
    if "reconciled" not in frame:
        frame["reconciled"] = True
    if "tls_setting" not in frame:
        frame["tls_setting"] = "off"
    for party in ("broker_setting", "logger_setting"):
        if party not in frame:
            frame[party] = "swift"
    load = [
        "payload_bytes",
        "connections",
        "in_flight",
        "load_model",
        "target_rate_per_s",
        "store",
        "socket",
        "network",
        "rabbitmq_side",
        "tls_setting",
        "broker_setting",
        "logger_setting",
    ]
    problems, checked = [], 0

    def expect(where, what, found, wanted, tolerance=0.0):
        nonlocal checked
        checked += 1
        if pandas.isna(found) and pandas.isna(wanted):
            return
        is_same = found == wanted if isinstance(wanted, str) else abs(found - wanted) <= tolerance
        if not is_same:
            problems.append(f"{folder}: {where}: {what} is {found}, and should be {wanted}")

    for point, rows in frame[frame["valid"]].groupby(load):
        is_closed = rows["load_model"].iloc[0] == "closed"
        score = rows["throughput_msgs_per_s"] if is_closed else 1 / rows["ack_p99_us"]
        rows = rows.assign(score=score).dropna(subset=["score"])
        cells = rows[rows["role"] == "cell"]
        twins = rows[rows["role"] == "control"]
        control = pandas.Series(dtype=float)
        if len(twins):
            twin = cells[cells["name"] == twins["name"].iloc[0]]
            control = (twins.set_index("block")["score"] / twin.set_index("block")["score"]).dropna()
        wanted = summary[(summary[load] == list(point)).all(axis=1)].set_index("name")
        for _, family in cells.groupby(["ack_class", "reconciled"]):
            names = [name for name in suite["transports"] if name in set(family["name"])]
            samples = {name: family[family["name"] == name].set_index("block")["score"] for name in names}
            pairs = compare(samples, control, looks) if len(names) > 1 else []
            is_ranked = any(len(pair.values) >= LEAST_ROUNDS for pair in pairs)
            for name in names:
                own = [pair for pair in pairs if name in (pair.first, pair.second)]
                others = {id(pair): pair.second if pair.first == name else pair.first for pair in own}
                row = wanted.loc[name]
                where = f"{name} at {point}"
                tied = [others[id(pair)] for pair in own if pair.better is None]
                equal = [others[id(pair)] for pair in own if pair.is_equal]
                best = 1 + sum(pair.better == others[id(pair)] for pair in own)
                worst = len(names) - sum(pair.better == name for pair in own)
                least = [pair.least for pair in own if pair.least is not None]
                nothing = math.nan
                expect(where, "rank", row["rank"], best if is_ranked else nothing)
                expect(where, "rank_worst", row["rank_worst"], worst if is_ranked else nothing)
                expect(where, "tied_with", row["tied_with"], " ".join(tied) or nothing if is_ranked else nothing)
                expect(where, "equal_to", row["equal_to"], " ".join(equal) or nothing if is_ranked else nothing)
                most = 100 * max(least) if least and is_ranked else nothing
                expect(where, "least_difference_pct", row["least_difference_pct"], most, 1e-3 + 1e-6 * abs(most))
                middle, low, high = (
                    row[key] for key in ("median_msgs_per_s", "ci_low_msgs_per_s", "ci_high_msgs_per_s")
                )
                values = family[family["name"] == name]["throughput_msgs_per_s"]
                expect(where, "the median", middle, numpy.median(values), 0.01)
                if len(values) > 1:
                    ends = median_interval(values)
                    expect(where, "the interval's lower end", low, ends[0], 0.01)
                    expect(where, "the interval's upper end", high, ends[1], 0.01)
            base = baseline(suite, record["floor"])
            for pair in pairs:
                if base in (pair.first, pair.second):
                    name = pair.second if pair.first == base else pair.first
                    expect(f"{name} at {point}", "p_adjusted", wanted.loc[name]["p_adjusted"], pair.p, 2e-6)
    return problems, checked


def baseline(suite, floor):
    """What the others are compared with: the one that was asked for, the usual one where it is measured, or the floor."""
    usual = suite.get("references", {}).get("baseline", "grpc")
    for name in (suite.get("baseline"), usual, floor):
        if name in suite["transports"]:
            return name
    return suite["transports"][0]


def make(folder, pick):
    """A folder of results that could have been measured."""
    known = ["tcp", "netrpc", "grpc", "grpc:stream", "http", "amqp"]
    transports = sorted(pick.sample(known, pick.randint(2, len(known))), key=known.index)
    is_budgeted = pick.random() < 0.6
    rounds = pick.choice([3, 5, 7, 17])
    suite = {
        "name": "made",
        "transports": transports,
        "payloadBytes": [100],
        "inFlight": [1, 64],
        "connections": [1],
        "duration": 1,
        "warmup": 0.1,
        "rounds": LOOKS[0] if is_budgeted else rounds,
        "seed": pick.randint(1, 999),
        "messagesPerOperation": 1,
        "p99LimitUs": 10000,
        "payload": {"random": {}},
        "placement": "free",
        "thresholds": {},
        "loads": [{"closed": {}}, {"open": {"ratePerSecond": 500, "arrivals": "constant"}}],
    }
    if is_budgeted:
        suite["timeBudget"] = 100
    record = {
        "command": ["brokerlab", "bench"],
        "environment": {"cpuCount": 2, "host": "lab"},
        "floor": "tcp",
        "startedAt": "2026-01-31T12:00:00Z",
        "suite": suite,
    }
    control = "tcp" if "tcp" in transports else transports[0]
    rows = []
    for rate, flight in itertools.product([None, 500], [1, 64]):
        noise, doubt = pick.choice([0.005, 0.02, 0.1]), pick.choice([0, 0, 0.1])
        levels = {one: 20000 * pick.choice([1, 1, 1.03, 1.15, 1.6]) for one in transports}
        last = pick.choice(LOOKS[:7]) if is_budgeted else rounds
        further = pick.sample(transports, pick.randint(2, len(transports)))
        for block in range(1, last + 1):
            machine = pick.lognormvariate(0, 0.1)
            for name, role in [*((one, "cell") for one in transports), (control, "control")]:
                if is_budgeted and block > LOOKS[0] and name not in further:
                    continue
                plain, _, variant = name.partition(":")
                able = levels[name] * machine * pick.lognormvariate(0, noise)
                is_valid = pick.random() >= doubt
                rows.append(
                    {
                        "schema_version": 1,
                        "transport": plain,
                        "variant": variant,
                        "role": role,
                        "ack_class": "queued" if plain == "amqp" else "recorded",
                        "payload_bytes": 100,
                        "connections": 1,
                        "in_flight": flight,
                        "load_model": "open" if rate else "closed",
                        "target_rate_per_s": rate or "",
                        "arrivals": "constant" if rate else "",
                        "block": block,
                        "sent": 1000,
                        "acked": 1000,
                        "throughput_msgs_per_s": f"{rate or able:.3f}",
                        "ack_p50_us": f"{1e6 / able:.3f}",
                        "ack_p99_us": f"{3e6 / able:.3f}",
                        "valid": str(is_valid).lower(),
                        "invalid_reason": "" if is_valid else "audit: other processes used 40% of the cores' time",
                    }
                )
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(record))
    pandas.DataFrame(rows).to_csv(folder / "results.csv", index=False)


def made():
    """The folders that were asked for, with brokerlab's reports."""
    brokerlab, count, seed, base = sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), pathlib.Path(sys.argv[5])
    pick = random.Random(seed)
    for number in range(count):
        folder = base / str(number)
        make(folder, pick)
        subprocess.run([brokerlab, "report", folder], check=True, stdout=subprocess.DEVNULL)
        yield folder


def main():
    failed = False
    for folder in made() if sys.argv[1:2] == ["--make"] else map(pathlib.Path, sys.argv[1:]):
        problems, checked = check(folder)
        for problem in problems:
            print(problem)
        failed = failed or bool(problems) or checked == 0
        print(f"{folder}: {checked} figures worked out again, {len(problems)} differ")
    sys.exit(failed or len(sys.argv) < 2)


if __name__ == "__main__":
    main()
