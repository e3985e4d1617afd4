#!/usr/bin/env python3
"""Makes random folders of results, has brokerlab report on them and advise from them, and checks each sentence against the CSV.

Shares no code with brokerlab: medians, ratios and knees are worked out here from results.csv and run.json alone.

    .build/peers/venv/bin/python Tests/Peers/python/check_sentences.py BROKERLAB COUNT SEED FOLDER
"""

import collections
import csv
import html
import itertools
import json
import pathlib
import random
import re
import statistics
import subprocess
import sys

brokerlab, count, seed, base = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), pathlib.Path(sys.argv[4])
problems = []
checked = {}
CLASSES = {"amqp": "queued", "amqp:unconfirmed": "none"}
NEEDS = {  # the classes that keep what is asked for
    "recorded": {"recorded", "stored"},
    "logger": {"queued", "stored"},
    "host": {"queued", "stored"},
    "stored": {"stored"},
}
KINDS = {  # the shapes of the suites that are shipped: sizes, in flight, rates
    "quick": ([100], [1, 64], [None]),
    "default": ([100, 10240], [1, 64], [None]),
    "payload-sweep": ([64, 1024, 16384, 1048576], [16], [None]),
    "concurrency-sweep": ([100], [1, 4, 16, 64, 256, 512], [None]),
    "rate-sweep": ([100], [512], [1000, 5000, 20000, 80000, None]),
    "mixed": ([100], [8, 64], [2000, None]),
    "rates": ([1000], [512], [3000, 9000]),
    "many-small-locks": ([32], [80], [None]),
    "stored": ([100], [64], [None]),
    "stored-rates": ([100], [64], [2000, 8000]),
}
CPU = [f"{process}_cpu_us_per_msg" for process in ["broker", "logger", "queue", "store"]]
STORES = {"stored": ["memory", "sqlite", "postgres"], "stored-rates": ["memory", "sqlite"]}


def make(folder, pick):
    """A folder of results that could have been measured."""
    name = pick.choice(sorted(KINDS))
    sizes, flights, rates = KINDS[name]
    known = ["tcp", "netrpc", "grpc", "grpc:stream", "http", "amqp", "amqp:unconfirmed"]
    transports = sorted(pick.sample(known, pick.randint(2, len(known))), key=known.index)
    rounds = pick.choice([1, 3, 5, 7])
    suite = {
        "name": name,
        "transports": transports,
        "payloadBytes": sizes,
        "inFlight": flights,
        "connections": [1],
        "duration": 1,
        "warmup": 0.1,
        "rounds": rounds,
        "seed": pick.randint(1, 999),
        "messagesPerOperation": 1,
        "p99LimitUs": 10000,
        "payload": {"random": {}},
        "placement": "free",
        "thresholds": {"minRateKept": 0},
        "loads": [
            {"open": {"ratePerSecond": rate, "arrivals": "constant"}} if rate else {"closed": {}} for rate in rates
        ],
    }
    stores = STORES.get(name, ["memory"])
    if name in STORES:
        suite["stores"] = stores
    record = {
        "command": ["brokerlab", "bench"],
        "environment": {"cpuCount": 2, "host": "lab"},
        "floor": "tcp",
        "startedAt": "2026-01-31T12:00:00Z",
        "suite": suite,
    }
    rows = []
    control = "tcp" if "tcp" in transports else transports[0]
    doubt = pick.choice([0, 0, 0.1, 0.6])
    for rate in rates:
        for size in sizes:
            for flight, store in itertools.product(flights, stores):
                cells = [(transport, "cell") for transport in transports] + [(control, "control")]
                levels = {transport: pick.uniform(3000, 90000) for transport in transports}
                costs = {transport: pick.uniform(5, 200) for transport in transports}
                for block in range(1, rounds + 1):
                    for transport, role in cells:
                        able = levels[transport] * pick.lognormvariate(0, 0.05)
                        carried = min(able, rate) if rate else able
                        p99 = (300 if not rate or able > rate else 50000) * pick.lognormvariate(0, 0.3)
                        reason = ""
                        if pick.random() < doubt:
                            reason = "audit: other processes used 40% of the cores' time"
                        elif pick.random() < 0.01:
                            reason = "1 of 10 acknowledged entries did not arrive"
                        plain, _, variant = transport.partition(":")
                        rows.append(
                            {
                                "schema_version": 1,
                                "run_id": f"r-{len(rows)}",
                                "transport": plain,
                                "variant": variant,
                                "role": role,
                                "ack_class": CLASSES.get(transport, "recorded" if store == "memory" else "stored"),
                                "store": store,
                                "store_cpu_us_per_msg": "7.000" if store == "postgres" else "",
                                "payload_bytes": size,
                                "connections": 1,
                                "in_flight": flight,
                                "load_model": "open" if rate else "closed",
                                "target_rate_per_s": rate or "",
                                "arrivals": "constant" if rate else "",
                                "block": block,
                                "sent": 1000,
                                "acked": 1000,
                                "throughput_msgs_per_s": f"{carried:.3f}",
                                "ack_p50_us": f"{p99 / 3:.3f}",
                                "ack_p99_us": f"{p99:.3f}",
                                "broker_cpu_us_per_msg": f"{costs[transport] * pick.lognormvariate(0, 0.05):.3f}",
                                "logger_cpu_us_per_msg": "2.000",
                                "valid": "false" if reason else "true",
                                "invalid_reason": reason,
                            }
                            # Of its own seed: what else is picked is the same with and without.
                            | make_costs(plain, p99, random.Random(f"{suite['seed']} {len(rows)}"))
                        )
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(record))
    with open(folder / "results.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    if name != "payload-sweep":
        with open(folder / "timeline.csv", "w", newline="") as file:
            writer = csv.DictWriter(file, BINS)
            writer.writeheader()
            # Of its own seed: what else is picked is the same with and without.
            for row in rows:
                writer.writerows(make_bins(row, random.Random(f"{suite['seed']} {row['run_id']}")))


def make_costs(transport, p99, pick):
    """The other columns of a page's table, as long as they come: on paper there has to be room for them."""
    costs = {
        "delivered_p50_us": f"{p99 / 4 * pick.lognormvariate(0, 0.2):.3f}",
        "delivered_p99_us": f"{p99 * pick.lognormvariate(0, 0.3):.3f}",
        "queue_cpu_us_per_msg": f"{pick.uniform(90, 200):.3f}" if transport == "amqp" else "",
    }
    costs |= {f"wire_{way}_bytes_per_msg": f"{pick.uniform(1000, 20000):.3f}" for way in ["tx", "rx"]}
    return costs | {f"{half}_rss_peak_bytes": pick.randint(10**8, 10**9) for half in ["broker", "logger"]}


BINS = [
    "run_id",
    "name",
    "start_ms",
    "width_ms",
    "sent",
    "acked",
    "not_sent",
    "unknown",
    "rejected",
    "ack_p99_us",
    "pauses",
]
BINS += ["longest_pause_us", "broker_rss_bytes", "logger_rss_bytes"]


def make_bins(row, pick):
    """The time of a row: mostly even, with pauses and slow bins here and there."""
    pauses = pick.choice([0, 0, 0.05, 0.4])
    for index in range(pick.randint(8, 40)):
        bin = dict.fromkeys(BINS, 0) | {"run_id": row["run_id"], "name": row["transport"], "width_ms": "100.000"}
        bin["start_ms"] = f"{100 * index}.000"
        bin["sent"] = bin["acked"] = pick.randint(0, 2000)
        slow = pick.uniform(5, 50) if pick.random() < 0.05 else 1
        bin["ack_p99_us"] = f"{200 * slow * pick.lognormvariate(0, 0.2):.1f}" if bin["acked"] >= 1000 else ""
        bin["pauses"] = pick.randint(1, 2) if pick.random() < pauses else 0
        bin["longest_pause_us"] = f"{pick.uniform(5e4, 3e6):.1f}" if bin["pauses"] else ""
        bin["broker_rss_bytes"], bin["logger_rss_bytes"] = 10_000_000 + 5000 * index, 30_000_000
        yield bin


class Run:
    """What stands in a folder's files."""

    def __init__(self, folder):
        self.suite = json.loads((folder / "run.json").read_text())["suite"]
        with open(folder / "results.csv", newline="") as file:
            self.rows = list(csv.DictReader(file))
        for row in self.rows:
            row["who"] = row["transport"] + (":" + row["variant"] if row["variant"] else "")
            row["bins"] = []
            row["point"] = (
                int(row["payload_bytes"]),
                int(row["in_flight"]),
                float(row["target_rate_per_s"] or 0),
                row["store"],
            )
        of_run = {row.get("run_id"): row for row in self.rows}
        if (folder / "timeline.csv").exists():
            with open(folder / "timeline.csv", newline="") as file:
                for bin in csv.DictReader(file):
                    of_run[bin["run_id"]]["bins"].append(bin)
        rates = [load.get("open", {}).get("ratePerSecond", 0) for load in self.suite["loads"]]
        suite = self.suite
        with open(folder / "summary.csv", newline="") as file:
            self.summary = list(csv.DictReader(file))
        loads = itertools.product(rates, suite["payloadBytes"], suite["inFlight"], suite.get("stores", ["memory"]))
        self.points = [(size, flight, float(rate), store) for rate, size, flight, store in loads]
        self.classes = {(row["who"], row["store"]): row["ack_class"] for row in self.rows}

    def valid(self, who, point):
        return {
            int(row["block"]): row
            for row in self.rows
            if row["who"] == who and row["point"] == point and row["role"] == "cell" and row["valid"] == "true"
        }

    def figure(self, who, point, name):
        return {block: float(row[name]) for block, row in self.valid(who, point).items()}

    def cpu(self, who, point):
        rows = self.valid(who, point)
        return {block: sum(float(row[name] or 0) for name in CPU) for block, row in rows.items()}

    def middle(self, who, point):
        """The median of what decides under a load."""
        values = self.figure(who, point, "ack_p99_us" if point[2] else "throughput_msgs_per_s").values()
        return statistics.median(values) if values else None

    def ratio(self, who, other, point):
        """The median of what decides by that of another one in the same round, or of the medians."""
        name = "ack_p99_us" if point[2] else "throughput_msgs_per_s"
        one, by = self.figure(who, point, name), self.figure(other, point, name)
        paired = [one[block] / by[block] for block in one if block in by]
        return statistics.median(paired) if paired else self.middle(who, point) / self.middle(other, point)

    def beaten(self, who, able, point):
        """Whether one of those is better for sure."""
        tied = self.cited(who, point)["tied_with"].split()
        sign = 1 if point[2] else -1
        better = [one for one in able if sign * self.middle(one, point) < sign * self.middle(who, point)]
        return any(one not in tied for one in better)

    def cited(self, who, point):
        """The row of summary.csv."""
        for row in self.summary:
            own = (int(row["payload_bytes"]), int(row["in_flight"]), float(row["target_rate_per_s"] or 0))
            if row["name"] == who and (*own, row["store"]) == point:
                return row
        return None

    def standings(self, point):
        """Which of the transports a load is about, and the best of them."""
        measured = [who for who in self.suite["transports"] if self.valid(who, point)]
        services = [who for who in measured if who != "tcp"]
        candidates = services or measured
        for own in [[who for who in services if ":" not in who], services]:
            kinds = [self.classes[who, point[3]] for who in own]
            most = max(map(kinds.count, kinds), default=0)
            if most > 1:
                kind = next(kind for kind in kinds if kinds.count(kind) == most)
                candidates = [who for who in own if self.classes[who, point[3]] == kind]
                break
        else:
            kinds = [self.classes[who, point[3]] for who in candidates]
            candidates = [who for who, kind in zip(candidates, kinds, strict=True) if kind == kinds[0]]
        late = []
        if rate := point[2]:
            for who in measured:
                carried = statistics.median(self.figure(who, point, "throughput_msgs_per_s").values())
                # The CSV has throughputs with three decimals.
                if carried / rate < 0.98 - 1 / max(1, rate):
                    late.append(who)
        able = [who for who in candidates if who not in late]
        able = [who for who in able if not self.beaten(who, able, point)] or able
        sign = 1 if point[2] else -1
        best = min(able, key=lambda who: sign * self.middle(who, point), default=None)
        return Standings(candidates, late, best)


Standings = collections.namedtuple("Standings", "candidates late best")


def close(said, value):
    """Whether a number of three digits is the value."""
    return value is not None and abs(said - value) <= 0.0051 * abs(value) + 1e-9


def same(said, value):
    """Whether a number in a sentence is the value, to the digits it has."""
    digits = len(said.partition(".")[2])
    return value is not None and abs(float(said.replace(",", "")) - value) <= 0.51 * 10**-digits


UNITS = {"B": 1, "KiB": 1024, "MiB": 1048576}
TIMES = {"us": 1, "ms": 1e3, "s": 1e6}
NUMBER = r"([\d.]+)"
SPOT = r"(\d+) (B|KiB|MiB) and (\d+) in flight(?:, ([\d,]+) msgs/s)?(?:, stored in (\w+))?"
PLACE = re.compile(rf"At {SPOT}: ")
AMOUNT = r"(?:p99 )?([\d.,]+) (msgs/s|us|ms|s)(?: \(([^)]*)\))?"
TAKE = re.compile(rf"take (\S+): {AMOUNT}\.")
TIE = re.compile(rf"take (.+?), which (?:cannot be told apart|are equal within 2%): ((?:\S+ {AMOUNT}(?:, )?)+)\.")
FIRST = re.compile(rf"(\S+) came first, {AMOUNT}, but too few rounds")
ALONE = re.compile(rf"(\S+) has no rival; it comes to {AMOUNT}\.")
OTHERS = re.compile(r"The others' (rate|p99) by that: (.*?)\.(?= |$)(?! ?\d)")
SHARE = re.compile(rf"(?:beside them |the floor )?(\S+) {NUMBER}(?: \(([^)]*)\))?(?:[,;] |$)")
ANSWER = re.compile(
    r"(?:Take (.+?): (?:it comes first at all|nothing is better for sure at any of the) (\d+) loads\.|It depends on)"
)
PROMISE = re.compile(r"(.+?)'s acknowledgements? says? that .*: another promise, which is not ranked")
SURE = re.compile(r"Each of the ([\d,]+) entries sent arrived once and unchanged\.")
FAILED = re.compile(r"(\d+) of (\d+) rows did not deliver every entry once and unchanged")
DOUBT = re.compile(r"The audit distrusts (\d+) of (\d+) rows")
WINS = re.compile(r"(\S+) wins below .*, (\S+) above \((.*)\)\.$")
KNEE = re.compile(r"(\S+) (?:carries (at least )?([\d,]+) msgs/s with p99 below|keeps no rate)")


def place(match):
    rate = float((match.group(4) or "0").replace(",", ""))
    return int(match.group(1)) * UNITS[match.group(2)], int(match.group(3)), rate, match.group(5) or "memory"


def stored_in(text):
    found = re.search(r"stored in (\w+)", text)
    return found.group(1) if found else "memory"


def expect(condition, folder, sentence, why):
    if not condition:
        problems.append(f"{folder}: {why}: {sentence}")


def check(folder):
    run = Run(folder)
    page = (folder / "report.html").read_text()
    verdict = page[page.index('class="verdict"') :]
    verdict = verdict[: verdict.index("</section>")]
    sentences = [html.unescape(text) for text in re.findall(r"<li[^>]*>(.*?)</li>", verdict)]
    shown = run.points if len(run.points) <= 4 else [run.points[0], run.points[-1]]
    named = {point: set() for point in shown}
    for sentence in sentences:
        kind = check_sentence(run, folder, sentence, shown, named)
        checked[kind] = checked.get(kind, 0) + 1
    for point in shown:
        lacking = set(run.suite["transports"]) - named[point]
        expect(not lacking, folder, point, f"{sorted(lacking)} do not appear under the load")
    check_times(run, folder, page)


SPAN = rf"{NUMBER} (us|ms|s) at {NUMBER} s(?: of round (\d+))?"
TIMED = re.compile(
    rf"(\S+): (?:no pause|(?:a pause of|([\d,]+) pauses, the longest) {SPAN})"
    rf"(?:; p99 at least 10 times its median in (\d+) of (\d+) bins, up to {SPAN})?"
    rf"; memory of both processes {NUMBER} to {NUMBER} MiB\."
)
LOAD = re.compile(
    r"(\d+) (B|KiB|MiB), (\d+) in flight, (?:closed loop|open loop at ([\d.]+) msgs/s)(?:, stored in (\w+))?"
)


def check_times(run, folder, page):
    """What stands below "Over time": each sentence against the bins of its rows."""
    said = page.split("<h2>Over time</h2>")[1].split("</section>")[0] if "<h2>Over time</h2>" in page else ""
    told = set()
    for part in said.split("<h3>")[1:]:
        load = LOAD.match(html.unescape(part))
        point = place(load)
        for text in re.findall(r"<li>(.*?)</li>", part):
            match = TIMED.match(html.unescape(text))
            if not match:
                problems.append(f"{folder}: a sentence over time that nobody checks: {text}")
                continue
            told.add((match.group(1), point))
            check_time(run, folder, text, match, point)
    rows = [row for row in run.rows if row["role"] == "cell" and row["valid"] == "true" and len(row["bins"]) >= 10]
    wanted = {(row["who"], row["point"]) for row in rows}
    expect(told == wanted, folder, "over time", f"{sorted(told ^ wanted)} are told, or not")


def check_time(run, folder, text, match, point):
    checked["over time"] = checked.get("over time", 0) + 1
    rounds = {block: row["bins"] for block, row in run.valid(match.group(1), point).items() if len(row["bins"]) >= 10}
    bins = [(block, bin) for block in rounds for bin in rounds[block]]
    count = sum(int(bin["pauses"]) for _, bin in bins)
    pauses = [
        (float(bin["longest_pause_us"]), float(bin["start_ms"]), block) for block, bin in bins if bin["pauses"] != "0"
    ]
    slow = []
    for block, own in rounds.items():
        known = [float(bin["ack_p99_us"]) for bin in own if bin["ack_p99_us"]]
        limit = 10 * statistics.median(known) if known else 0
        own = [bin for bin in own if bin["ack_p99_us"] and float(bin["ack_p99_us"]) >= limit]
        slow += [(float(bin["ack_p99_us"]), float(bin["start_ms"]), block) for bin in own]
    if pauses:
        said = int((match.group(2) or "1").replace(",", ""))
        expect(said == count, folder, text, f"there are {count} pauses")
        check_span(folder, text, match.groups()[2:6], max(pauses), rounds)
    else:
        expect("no pause" in text, folder, text, "there is no pause")
    if slow:
        expect(match.group(7) == str(len(slow)), folder, text, f"{len(slow)} bins are slow")
        expect(match.group(8) == str(len(bins)), folder, text, f"there are {len(bins)} bins")
        check_span(folder, text, match.groups()[8:12], max(slow), rounds)
    else:
        expect(match.group(7) is None, folder, text, "no bin is slow")
    # Of which round is not said: of one of them.
    spans = []
    for own in rounds.values():
        first, last = (
            (int(bin["broker_rss_bytes"]) + int(bin["logger_rss_bytes"])) / 1048576 for bin in (own[0], own[-1])
        )
        spans.append((first, last))
    found = any(same(match.group(13), first) and same(match.group(14), last) for first, last in spans)
    expect(found, folder, text, f"the memory was one of {spans}")


def check_span(folder, text, said, wanted, rounds):
    length, unit, start, block = said
    value, begin, number = wanted
    expect(close(float(length or 0) * TIMES.get(unit, 1), value), folder, text, f"it is {value} us")
    expect(start is not None and same(start, begin / 1000), folder, text, f"it is at {begin} ms")
    expect((block is not None) == (len(rounds) > 1), folder, text, "the round is named where there are several")
    expect(block is None or int(block) == number, folder, text, f"it is in round {number}")


def check_sentence(run, folder, text, shown, named):
    def names_in(point):
        named[point] |= {who for who in run.suite["transports"] if re.search(rf"(?<![\w:]){who}(?!\w|:\w)", text)}

    if match := ANSWER.match(text):
        check_answer(run, folder, text, match)
        return "answer"
    if match := PROMISE.match(text):
        kinds = {run.classes[who, run.points[0][3]] for who in re.split(r", | and ", match.group(1))}
        expect(len(kinds) == 1, folder, text, f"they promise different things: {kinds}")
        return "promise"
    if match := PLACE.match(text):
        point = place(match)
        names_in(point)
        return check_load(run, folder, text, text[match.end() :], point, named)
    if match := WINS.match(text):
        below, above = match.groups()[:2]
        store = stored_in(match.group(3))
        scores = [
            (statistics.median(a.values()), statistics.median(b.values()))
            for point in run.points
            if point[3] == store and (point[2] == 0 or "open loop" in match.group(3))
            for name in ["ack_p99_us" if point[2] else "throughput_msgs_per_s"]
            for a, b in [(run.figure(below, point, name), run.figure(above, point, name))]
            if a and b
        ]
        wins = [a != b and (a > b) for a, b in scores]
        expect(True in wins and False in wins, folder, text, "one of them always wins")
        return "crossover"
    if match := KNEE.match(text):
        check_knee(run, folder, text, match)
        return "knee"
    failed = [row for row in run.rows if row["valid"] == "false" and not row["invalid_reason"].startswith("audit: ")]
    audited = [row for row in run.rows if row["valid"] == "false" and row not in failed]
    if match := DOUBT.search(text):
        expect(
            (int(match.group(1)), int(match.group(2))) == (len(audited), len(run.rows)), folder, text, "other counts"
        )
    else:
        expect(not audited, folder, text, "it does not say how many rows the audit distrusts")
    if match := SURE.match(text):
        sent = sum(int(row["sent"]) for row in run.rows)
        expect(not failed and int(match.group(1).replace(",", "")) == sent, folder, text, f"{sent} were sent")
    elif match := FAILED.match(text):
        expect((int(match.group(1)), int(match.group(2))) == (len(failed), len(run.rows)), folder, text, "other counts")
    else:
        problems.append(f"{folder}: a sentence that nobody checks: {text}")
    return "delivery"


def check_load(run, folder, text, rest, point, named):
    """A load's sentence: the best one, its figure and cost, and what each of the others comes to beside it."""
    stand = run.standings(point)
    if rest.startswith("nothing can be told"):
        expect(stand.best is None, folder, text, f"{stand.best} can be")
        named[point] |= set(run.suite["transports"])
        return "nothing"
    kind = "take"
    if match := TAKE.match(rest):
        best = [match.group(1)]
        amounts = [match.groups()]
    elif match := TIE.match(rest):
        kind = "tie"
        best = re.split(r", | or ", match.group(1))
        amounts = re.findall(rf"(\S+) {AMOUNT}", match.group(2))
    elif match := FIRST.match(rest) or ALONE.match(rest):
        kind = "no rank"
        best = [match.group(1)]
        amounts = [match.groups()]
    else:
        problems.append(f"{folder}: a sentence that nobody checks: {text}")
        return kind
    expect(run.middle(best[0], point) == run.middle(stand.best, point), folder, text, f"{stand.best} is the best")
    cited = run.cited(stand.best, point)
    expect((cited["rank"] == "") == (kind == "no rank"), folder, text, f"its rank is '{cited['rank']}'")
    if kind != "no rank":
        able = set(stand.candidates) - set(stand.late)
        tied = {who for who in set(cited["tied_with"].split()) & able if not run.beaten(who, able, point)}
        expect(set(best[1:]) == tied, folder, text, f"{tied} are tied with it")
    for who, said, unit, cost in amounts:
        value = run.middle(who, point)
        expect(close(float(said.replace(",", "")) * TIMES.get(unit, 1), value), folder, text, f"{who} has {value}")
        check_cost(run, folder, text, who, point, cost)
    if match := OTHERS.search(rest):
        expect((match.group(1) == "p99") == (point[2] > 0), folder, text, "rate and latency mixed up")
        for who, said, cost in SHARE.findall(match.group(2)):
            expect(who not in best, folder, text, f"{who} beside itself")
            value = run.ratio(who, stand.best, point)
            expect(same(said, value), folder, text, f"{who} comes to {value}")
            check_cost(run, folder, text, who, point, cost)
    return kind


def check_cost(run, folder, text, who, point, cost):
    if match := re.match(rf"{NUMBER} (us|ms|s) CPU", cost or ""):
        rows = run.valid(who, point).values()
        value = sum(statistics.median(float(row[part] or 0) for row in rows) for part in CPU)
        expect(close(float(match.group(1)) * TIMES[match.group(2)], value), folder, text, f"{who} costs {value}")
    else:
        problems.append(f"{folder}: no cost of {who}: {text}")
    kind = run.classes[who, point[3]]
    is_other = kind != run.classes[run.standings(point).best, point[3]]
    expect(is_other == (kind in (cost or "").split("; ")[1:]), folder, text, f"{who} promises {kind}")


def check_answer(run, folder, text, match):
    """What is best, or tied with the best, at every load."""
    if match.group(1) is None:
        return
    expect(int(match.group(2)) == len(run.points), folder, text, f"there are {len(run.points)} loads")
    for who in re.split(r", | or ", match.group(1)):
        for point in run.points:
            best = run.standings(point).best
            if "it comes first" in text:
                expect(run.middle(who, point) == run.middle(best, point), folder, text, f"{best} is first at {point}")
            else:
                known = who == best or who in run.cited(best, point)["tied_with"].split()
                expect(known, folder, text, f"{best} is better than {who} at {point}")


def check_knee(run, folder, text, match):
    who = match.group(1)
    rates = sorted({point[2] for point in run.points if point[2]})
    knees = []
    for block in sorted({int(row["block"]) for row in run.rows}):
        knee = 0
        for rate in rates:
            rows = [
                row
                for row in run.rows
                if row["who"] == who
                and row["role"] == "cell"
                and row["point"][2] == rate
                and row["store"] == stored_in(text)
                and int(row["block"]) == block
            ]
            failed = any(row["valid"] == "false" and not row["invalid_reason"].startswith("audit: ") for row in rows)
            row = rows[0]
            if failed or float(row["ack_p99_us"]) > 10000 or float(row["throughput_msgs_per_s"]) < 0.98 * rate:
                break
            knee = rate
        knees.append(knee)
    middle = sorted(knees)[(len(knees) - 1) // 2]
    if match.group(3):
        expect(float(match.group(3).replace(",", "")) == middle, folder, text, f"the knee is {middle}")
        expect(bool(match.group(2)) == (middle == rates[-1]), folder, text, "beyond the sweep or not")
    else:
        expect(middle == 0, folder, text, f"the knee is {middle}")


def keeps(run, who, point, need):
    return need not in NEEDS or run.classes[who, point[3]] in NEEDS[need]


def check_advice(folder, pick):
    run = Run(folder)
    size, rate = pick.choice([100, 1000, 1024, 10240]), pick.choice([500, 3000, 9000, 30000])
    need = pick.choice([*NEEDS, "none"])
    asked = ["advise", "--payload-bytes", str(size), "--rate", str(rate), "--guarantee", need, str(folder)]
    finished = subprocess.run([brokerlab, *asked], capture_output=True, text=True)
    text = finished.stdout
    checked["advice"] = checked.get("advice", 0) + 1
    if finished.returncode == 3:
        expect("no answer" in text, folder, text, "exit code 3 with an answer")
        return
    expect(finished.returncode == 0, folder, text + finished.stderr, f"exit code {finished.returncode}")
    cited = re.search(
        r"^  \[\S+: (.+?), (\d+) in flight, (closed loop|open loop at ([\d.]+) msgs/s)(?:, stored in (\w+))?\]$",
        text,
        re.MULTILINE,
    )
    if not cited:
        problems.append(f"{folder}: no citation: {text}")
        return
    sizes = [int(part.split()[0]) * UNITS[part.split()[1]] for part in cited.group(1).split(" to ")]
    store = cited.group(5) or "memory"
    points = [(size, int(cited.group(2)), float(cited.group(4) or 0), store) for size in sizes]
    expect(all(point in run.points for point in points), folder, text, "a load that was not measured")
    answers = re.findall(rf"^  (\S+): {NUMBER} (us|ms) CPU a message", text, re.MULTILINE)
    found = []
    for who, said, unit in answers:
        expect(keeps(run, who, points[0], need), folder, text, f"{who} does not keep it")
        expect(who != "tcp", folder, text, "the floor is no answer")
        costs = [statistics.median(run.cpu(who, point).values()) for point in points]
        value = float(said) * (1000 if unit == "ms" else 1)
        if len(points) == 1:
            expect(abs(value - costs[0]) <= 0.006 * costs[0], folder, text, f"{who} cost {costs[0]}")
        else:
            expect(0.99 * min(costs) <= value <= 1.01 * max(costs), folder, text, f"{who} is not between {costs}")
        for point in points:
            carried = statistics.median(run.figure(who, point, "throughput_msgs_per_s").values())
            enough = carried >= 0.975 * point[2] >= 0.97 * rate if point[2] else carried >= 1.39 * rate
            expect(enough or len(points) > 1, folder, text, f"{who} carried {carried}")
        found.append(value)
    expect(found == sorted(found), folder, text, "not in order")
    # What was measured at a rate from the one asked for on comes before what was not.
    usable = [p for p in run.points if p[2] >= rate and max(p[0] / size, size / p[0]) <= 4]
    for point in usable if not points[0][2] else []:
        for who in run.suite["transports"]:
            values = run.figure(who, point, "throughput_msgs_per_s").values()
            able = values and statistics.median(values) >= 0.985 * point[2]
            keeps_it = who != "tcp" and keeps(run, who, point, need)
            expect(not able or not keeps_it, folder, text, f"{who} carried {point}")


for number in range(count):
    pick = random.Random(f"{seed}-{number}")
    folder = base / str(number)
    make(folder, pick)
    subprocess.run([brokerlab, "report", str(folder)], check=True, capture_output=True)
    check(folder)
    check_advice(folder, pick)
for problem in problems[:40]:
    print(problem)
kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(checked.items()))
print(f"{count} folders, {kinds}: {len(problems)} problems")
sys.exit(1 if problems else 0)
