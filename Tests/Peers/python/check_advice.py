#!/usr/bin/env python3
"""Asks brokerlab for advice from folders of results, and holds each answer against the CSV.

Shares no code with brokerlab: which rows answer, what they cost and carry, who keeps the guarantee, and what was left out is
worked out here from results.csv and run.json alone, by the rules that `brokerlab advise --help` states. A line a folder.

    .build/peers/venv/bin/python Tests/Peers/python/check_advice.py [--questions N] BROKERLAB FOLDER...
"""

import argparse
import csv
import itertools
import json
import math
import pathlib
import random
import re
import statistics
import subprocess
import sys

SAME, FARTHEST = 1.1, 4  # a size is the one that was asked for; says something of it
HEADROOM = 1.4  # what a transport must carry without a rate, by the rate that was asked for
KEPT = 0.98  # how much of a rate must have been carried
CLASSES = {"recorded": {"recorded", "stored"}, "queued": {"queued", "replicated"}, "stored": {"stored"}}
SURVIVED = {  # what an acknowledged entry outlives
    "logger": {"queue-memory", "queue-disk", "queue-replicas", "store"},
    "rabbitmq": {"logger-memory", "queue-disk", "queue-replicas", "store"},
    "host": {"queue-disk", "queue-replicas", "store"},
}
OF_STORES = {"stored", "logger", "host"}  # what a logger with a store gives, and one in memory does not
NEEDS = ["none", *CLASSES, *SURVIVED]
WHERE = {"recorded": "logger-memory", "queued": "queue-disk", "replicated": "queue-replicas", "stored": "store"}
UNITS = {"us": 1, "ms": 1e3, "s": 1e6, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20}


class Run:
    """What stands in a folder's files."""

    def __init__(self, folder):
        record = json.loads((folder / "run.json").read_text())
        self.suite = record["suite"]
        self.floor = record["floor"]
        self.transports = self.suite["transports"]
        with open(folder / "results.csv", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("role", "cell") in ("", "cell")]
        self.cells = {}
        for row in rows:
            # What a network makes of a transport answers another question; cleartext comes before TLS, and this project's own
            # halves before other programs.
            usual = {"network": "loopback", "tls_setting": "off", "broker_setting": "swift", "logger_setting": "swift"}
            if any((row.get(column) or value) != value for column, value in usual.items()):
                continue
            row["who"] = row["transport"] + (":" + row["variant"] if row.get("variant") else "")
            rate = float(row["target_rate_per_s"] or 0)
            arrivals = (row.get("arrivals") or "constant") if rate else ""
            load = (int(row["in_flight"]), int(row["connections"]), rate, arrivals, row.get("store") or "memory")
            self.cells.setdefault((load, int(row["payload_bytes"]), row["who"]), []).append(row)
        self.loads = sorted({load for load, _, _ in self.cells})

    def sizes(self, load):
        return sorted({size for one, size, _ in self.cells if one == load})

    def rows(self, load, sizes, who):
        return [row for size in sizes for row in self.cells.get((load, size, who), [])]

    def rounds(self, load, size, who, figure):
        """A figure of the valid rows, by their rounds."""
        rows = (row for row in self.cells.get((load, size, who), []) if row["valid"] == "true")
        return {int(row["block"]): value for row in rows if (value := figure(row)) is not None}


def number(row, name):
    return float(row[name]) if row.get(name) else None


def cpu(row):
    broker, logger = number(row, "broker_cpu_us_per_msg"), number(row, "logger_cpu_us_per_msg")
    servers = (number(row, "queue_cpu_us_per_msg") or 0) + (number(row, "store_cpu_us_per_msg") or 0)
    return None if broker is None or logger is None else broker + logger + servers


def throughput(row):
    return number(row, "throughput_msgs_per_s")


def p99(row):
    return number(row, "ack_p99_us")


class Evidence:
    """What one load of a run says of a question."""

    def __init__(self, run, load, question):
        self.run, self.load, self.question = run, load, question
        wanted, measured = question["size"], run.sizes(load)
        nearest = min(measured, key=lambda size: factor(size, wanted))
        below = [size for size in measured if size < wanted]
        above = [size for size in measured if size > wanted]
        self.distance = factor(nearest, wanted)
        self.sizes = [nearest]
        if self.distance > SAME and below and above:
            self.sizes, self.distance = [below[-1], above[0]], 1
        self.reasons = {}
        self.able = []
        if self.distance > FARTHEST:
            self.sizes = []
            return
        for who in run.transports:
            reason = self.against(who)
            if reason:
                self.reasons[who] = reason
            else:
                self.able.append(who)
        self.able.sort(key=self.cost)

    def values(self, who, figure):
        """Round by round; between two sizes on the line through both, on logarithmic scales."""
        ends = [self.run.rounds(self.load, size, who, figure) for size in self.sizes]
        if len(ends) == 1:
            return list(ends[0].values())
        low, high = (math.log(size) for size in self.sizes)
        place = (math.log(self.question["size"]) - low) / (high - low)
        both = [(ends[0][block], ends[1][block]) for block in ends[0] if block in ends[1]]
        return [one ** (1 - place) * two**place for one, two in both if one > 0 and two > 0]

    def median(self, who, figure):
        values = self.values(who, figure)
        return statistics.median(values) if values else None

    def cost(self, who):
        return self.median(who, cpu)

    def against(self, who):
        """Why a transport will not do, as the words and numbers that have to be said of it; none where it will."""
        rows = self.run.rows(self.load, self.sizes, who)
        rate, asked = self.load[2], self.question["rate"]
        if not rows:
            return ["not measured"]
        if who == self.run.floor and not self.question["floor"]:
            return ["the floor"]
        if not keeps(rows[0], self.question["need"]):
            return ["its acknowledgement says"]
        if not self.values(who, cpu):
            is_any_valid = any(row["valid"] == "true" for row in rows)
            return ["no CPU time was measured" if is_any_valid else "none of its rows is valid"]
        carried = self.median(who, throughput) or 0
        if not rate:
            return [] if carried >= HEADROOM * asked else ["the most that was measured is", carried, HEADROOM * asked]
        if rate < 0.999 * asked:
            return ["is less than asked for", rate]
        due = max(1, rate * self.run.suite["duration"])
        slack = 3 / math.sqrt(due) if self.load[3] == "poisson" else 1 / due
        kept = carried / rate
        return [] if kept >= KEPT - slack else ["it carried", 100 * kept, rate]

    @property
    def is_enough(self):
        return self.load[2] >= 0.999 * self.question["rate"]

    @property
    def place(self):
        """The rules of what answers first: a rate from the one asked for on, its size, no more of a store than is enough, the
        nearest rate; then no rate."""
        stores = ["memory", "sqlite", "postgres"]
        excess = max(0, stores.index(self.load[4]) - (self.question["need"] in OF_STORES))
        if self.load[2]:
            return (0 if self.is_enough else 2, self.distance > SAME, excess, self.load[2])
        return (1, self.distance, excess, 0)


def factor(one, other):
    return max(max(one, 1) / max(other, 1), max(other, 1) / max(one, 1))


def keeps(row, need):
    if need == "none":
        return True
    if need in CLASSES:
        return row["ack_class"] in CLASSES[need]
    where = "queue-memory" if row.get("mode") == "transient" else WHERE.get(row["ack_class"], "nothing")
    return (row.get("durability") or where) in SURVIVED[need]


def reads(said, value, unit=1.0):
    """Whether a number in a text is the value, to the digits that it has."""
    if value is None:
        return False
    digits = said.replace(",", "")
    places = len(digits.partition(".")[2])
    step = 10.0**-places
    if "," in said:  # three digits of a large number
        step = 10.0 ** (len(digits) - 3)
    return abs(float(digits) * unit - value) <= 0.5001 * step * unit + 1e-9 * abs(value)


NUMBER = r"([\d.,]*\d)"
ANSWER = re.compile(
    rf"^  (\S+): {NUMBER} (us|ms|s) CPU a message(?: \((.*?)\))?(?:, p99 {NUMBER} (us|ms|s))?, {NUMBER} msgs/s, n=(\d+);"
    r" acknowledged: (.+)$"
)
CITED = re.compile(
    r"^  \[(.+): (.+), (\d+) in flight(?: on (\d+) connections)?, (closed loop|open loop at ([\d.]+) msgs/s)( \(Poisson\))?"
    r"(?:, stored in (\w+))?\]$"
)
WISH = re.compile(r"^For (\d+) (B|KiB|MiB), ([\d.,]+) msgs/s, (.+?): (.*)$")


class Checker:
    """Asks, and keeps what is wrong."""

    def __init__(self, brokerlab, folder):
        self.brokerlab, self.folder, self.run = brokerlab, folder, Run(folder)
        self.problems = []
        self.answered = self.refused = 0

    def ask(self, question):
        arguments = ["--payload-bytes", str(question["size"]), "--rate", f"{question['rate']:.1f}"]
        arguments += ["--guarantee", question["need"]] + (["--include-floor"] if question["floor"] else [])
        finished = subprocess.run(
            [self.brokerlab, "advise", *arguments, str(self.folder)], capture_output=True, text=True, check=False
        )
        text = finished.stdout

        def expect(condition, why):
            if not condition:
                self.problems.append(f"{' '.join(arguments)}: {why}\n{text}{finished.stderr}")

        evidence = [Evidence(self.run, load, question) for load in self.run.loads]
        evidence = [one for one in evidence if one.sizes]
        if finished.returncode == 3:
            self.refused += 1
            able = [(one.load, one.able) for one in evidence if one.able]
            expect("no answer" in text, "exit code 3 with an answer")
            expect(not able, f"there is an answer: {able}")
            measures = "--stores sqlite" in text
            expect(measures == (question["need"] == "stored"), "the command measures a store, or not")
            return
        expect(finished.returncode == 0, f"exit code {finished.returncode}")
        if finished.returncode == 0:
            self.answered += 1
            self.check(question, text.splitlines(), evidence, expect)

    def check(self, question, lines, evidence, expect):
        cited = next((match for line in lines if (match := CITED.match(line))), None)
        wish = WISH.match(lines[0])
        if not cited or not wish:
            expect(False, "the answer is not understood")
            return
        expect(int(wish.group(1)) * UNITS[wish.group(2)] == question["size"], "another size than asked for")
        expect(cited.group(1) == str(self.folder), "another folder is cited")
        used = self.cited(cited, evidence)
        if used is None:
            expect(False, "the load that is cited was not measured, or says nothing of the size")
            return
        others = [one for one in evidence if one.able]
        best = min((one.place for one in others), default=None)
        before = [one.load for one in others if one.place == best]
        expect(used.able and used.place == best, f"{before} answers before {used.load}")
        answers = [match for line in lines if (match := ANSWER.match(line))]
        names = [match.group(1) for match in answers]
        expect(sorted(names) == sorted(used.able), f"{used.able} keep up and keep the guarantee")
        costs = [used.cost(who) for who in names if who in used.able]
        expect(costs == sorted(costs), f"not in the order of their cost: {costs}")
        for match in answers:
            if match.group(1) in used.able:
                self.check_figures(used, match, expect)
        self.check_left_out(used, lines, expect)
        self.check_sentence(question, used, wish.group(5), lines[-1], expect)

    def cited(self, match, evidence):
        """The load that is cited, at the sizes that are."""
        sizes = [int(part.split()[0]) * UNITS[part.split()[1]] for part in match.group(2).split(" to ")]
        for one in evidence:
            in_flight, connections, rate, arrivals, store = one.load
            same_rate = reads(match.group(6), rate) if match.group(6) else not rate
            same_kind = (arrivals == "poisson") == bool(match.group(7))
            same_place = in_flight == int(match.group(3)) and connections == int(match.group(4) or 1)
            same_store = store == (match.group(8) or "memory")
            if same_rate and same_kind and same_place and same_store and one.sizes == sizes:
                return one
        return None

    def check_figures(self, used, match, expect):
        who = match.group(1)
        cost, late, carried = used.cost(who), used.median(who, p99), used.median(who, throughput)
        expect(reads(match.group(2), cost, UNITS[match.group(3)]), f"{who} costs {cost} us")
        if match.group(5):
            expect(reads(match.group(5), late, UNITS[match.group(6)]), f"p99 of {who} is {late} us")
        else:
            expect(late is None, f"{who} has a p99: {late} us")
        expect(reads(match.group(7), carried), f"{who} carried {carried} msgs/s")
        count = len(used.values(who, cpu))
        expect(int(match.group(8)) == count, f"{who} has {count} rounds")
        ends = re.findall(rf"{NUMBER} (us|ms|s) at (\d+) (B|KiB|MiB)", match.group(4) or "")
        expect(len(ends) == (2 if len(used.sizes) == 2 else 0), f"{who} has no bounds, or some too many")
        for (said, unit, size, scale), measured in zip(ends, used.sizes, strict=False):
            values = self.run.rounds(used.load, measured, who, cpu).values()
            expect(int(size) * UNITS[scale] == measured, f"a bound of {who} is of another size")
            value = statistics.median(values)
            expect(reads(said, value, UNITS[unit]), f"a bound of {who} is {value}")

    def check_left_out(self, used, lines, expect):
        text = next((line for line in lines if line.startswith("left out: ")), "left out: ")[len("left out: ") :]
        for who, reason in used.reasons.items():
            found = re.search(rf"(?:^|; ){re.escape(who)} \(((?:[^()]|\([^()]*\))*)\)", text)
            if not found:
                expect(False, f"{who} is not said to be left out: {reason[0]}")
                continue
            said = found.group(1)
            expect(reason[0] in said, f"{who} is left out for another reason: {reason[0]}")
            numbers = re.findall(NUMBER, said)
            for value in reason[1:]:
                expect(any(reads(one, value) for one in numbers), f"{value} is not said of {who}")
        for who in used.able:
            expect(not re.search(rf"(?:^|; ){re.escape(who)} \(", text), f"{who} is an answer and left out")

    def check_sentence(self, question, used, sentence, last, expect):
        """Who is recommended, and the command that measures what was not."""
        cheapest = used.able[0]
        tied = re.match(r"(.+) or (\S+), whose CPU time cannot be told apart\.$", sentence)
        named = [*tied.group(1).split(", "), tied.group(2)] if tied else [sentence.split()[0].rstrip(",")]
        expect(named[0] == cheapest, f"{cheapest} costs least")
        expect(set(named) <= set(used.able), "one that will not do is recommended")
        least = used.values(cheapest, cpu)
        for who in named[1:]:
            values = used.values(who, cpu)
            apart = min(len(least), len(values)) >= 7 and min(values) > 1.5 * max(least)
            expect(not apart, f"{who} costs more than {cheapest} in every round, by half and more")
        if "too few rounds" in sentence:
            enough = min(len(used.values(who, cpu)) for who in used.able)
            expect(enough < 7 or len(used.able) > 8, f"{enough} rounds are enough")
        elif len(used.able) > 1:
            expect(min(len(used.values(who, cpu)) for who in used.able) >= 4, "so few rounds tell nothing")
        rate = used.load[2]
        is_there = len(used.sizes) == 1 and used.distance <= SAME and 0 < rate <= 1.1 * question["rate"]
        expect(is_there == last.startswith("That is this size and rate"), "measured, or not")
        if not is_there:
            command = dict(re.findall(r"--(transport|payload-bytes|rate) (\S+)", last))
            expect(command.get("transport") == ",".join(named), "the command measures others")
            expect(command.get("payload-bytes") == str(question["size"]), "the command measures another size")
            expect(reads(command.get("rate", "0"), question["rate"]), "the command measures another rate")
            stores = dict(re.findall(r"--(stores) (\w+)", last)).get("stores", "memory")
            expect(stores == used.load[4], "the command measures another store")


def questions(run, most, pick):
    """Sizes and rates that were measured, near them, between and beyond; every guarantee."""
    sizes = sorted({size for _, size, _ in run.cells})
    asked = {1, *sizes, *(max(1, round(1.05 * size)) for size in sizes), 3 * sizes[-1], 5 * sizes[-1]}
    asked |= {round(math.sqrt(one * two)) for one, two in itertools.pairwise(sizes)}
    rates = {load[2] for load in run.loads if load[2]}
    carried = [value for rows in run.cells.values() for row in rows if (value := throughput(row))]
    rates |= {round(share * statistics.median(carried), 1) for share in (0.02, 0.3, 0.6, 0.9, 5) if carried}
    rates |= {round(0.9 * rate, 1) for rate in rates} | {round(1.2 * rate, 1) for rate in rates} | {1.0}
    every = [
        {"size": size, "rate": rate, "need": need, "floor": floor}
        for size in sorted(asked)
        for rate in sorted(rates)
        for need in NEEDS
        for floor in (False, True)
    ]
    return pick.sample(every, min(most, len(every)))


def main():
    parser = argparse.ArgumentParser(description="Holds the advice of brokerlab against the CSV.")
    parser.add_argument("--questions", type=int, default=60, help="how many a folder")
    parser.add_argument("brokerlab")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    flags = parser.parse_args()
    wrong = 0
    for folder in flags.folders:
        checker = Checker(flags.brokerlab, folder)
        # The same questions each time.
        for question in questions(checker.run, flags.questions, random.Random(folder.name)):
            checker.ask(question)
        for problem in checker.problems[:10]:
            print(problem)
        asked = checker.answered + checker.refused
        print(
            f"{folder}: {asked} questions, {checker.answered} answered, {checker.refused} refused: "
            f"{len(checker.problems)} problems",
            flush=True,
        )
        wrong += len(checker.problems)
    return 1 if wrong else 0


sys.exit(main())
