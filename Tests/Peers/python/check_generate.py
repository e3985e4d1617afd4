#!/usr/bin/env python3
"""Drives `brokerlab generate` by its lines alone, as the lab does: two loads, a line that is no job, and an end in the middle
of a job. Holds what it says against the logger's ledger.

    .build/peers/venv/bin/python Tests/Peers/python/check_generate.py .build/debug/brokerlab
"""

import json
import subprocess
import sys
import time
import urllib.request

from hdrh.histogram import HdrHistogram

PROGRAM = sys.argv[1]
LONGEST = 60_000_000_000
problems = []


def start(*arguments):
    return subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def check(is_so, what):
    if not is_so:
        problems.append(what)


def lines(party):
    for text in party.stdout:
        yield json.loads(text)


def say(party, value):
    party.stdin.write(json.dumps(value) + "\n")
    party.stdin.flush()


def job(number, target, **others):
    return {
        "job": number,
        "transport": "tcp",
        "target": target,
        "payload_bytes": 100,
        "payload_seed": 1,
        "in_flight": 8,
        "connections": 2,
        "messages_per_operation": 1,
        "spin_us": 0,
        "warmup_s": 0.02,
        "warmup_run_id": f"check-{number}w",
        "duration_s": 0.3,
        "run_id": f"check-{number}m",
        "seed": number,
        **others,
    }


def histogram(text):
    return HdrHistogram.decode(text)


def ledger(http, run):
    with urllib.request.urlopen(f"http://{http}/runs/{run}", timeout=10) as answer:
        return json.load(answer)


logger = start("logger", "--exit-with-stdin", "--listen", "tcp=127.0.0.1:0", "--listen", "http=127.0.0.1:0")
targets = {}
for line in lines(logger):
    if line.get("ready"):
        break
    targets[line["transport"]] = line["target"]

generator = start("generate")
said = lines(generator)
check(next(said) == {"ready": True}, "its first line is not that it is ready")

for number, others in [(1, {}), (2, {"rate_per_s": 200, "arrivals": "poisson"})]:
    say(generator, job(number, targets["tcp"], **others))
    marks = []
    result = None
    for line in said:
        check(line.get("job") == number, f"a line of another job: {line}")
        if "failed" in line:
            problems.append(line["failed"])
            break
        if "so_far" in line:
            continue
        marks.append(line.get("mark", "result"))
        if line.get("mark") == "warm":
            say(generator, {"job": number, "go": True})
        if "result" in line and "mark" not in line:
            result = line["result"]
            break
    check(marks == ["warm", "begin", "end", "result"], f"its marks are {marks}")
    if not result:
        continue
    report = ledger(targets["http"], f"check-{number}m")
    check(result["sent"] == result["acked"] == report["unique"] > 0, f"{result['acked']} acked, {report}")
    check(0.2 < result["elapsed_ns"] / 1e9 < 5, f"{result['elapsed_ns']} ns")
    check(result["wire_tx_bytes"] > 100 * result["acked"], "fewer bytes than the texts have")
    kinds = ["latency"] + (["uncorrected_latency", "schedule_slip"] if others else [])
    for kind in kinds:
        read = histogram(result[kind])
        check(read.get_total_count() == result["acked"], f"{kind} has {read.get_total_count()} values")
        check(0 < read.get_value_at_percentile(99) < LONGEST, f"{kind} has a p99 of {read.get_value_at_percentile(99)}")

say(generator, {"job": 3, "transport": "pigeon"})
check("failed" in next(said), "a line that is no job is taken for one")

# Both end with their standard input, also in the middle of a job.
say(generator, job(4, targets["tcp"], duration_s=600))
for line in said:
    if line.get("mark") == "warm":
        say(generator, {"job": 4, "go": True})
    if line.get("mark") == "begin":
        break
for party in (generator, logger):
    party.stdin.close()
    start_of_wait = time.monotonic()
    check(party.wait(timeout=20) == 0, f"it ended with {party.returncode}")
    check(time.monotonic() - start_of_wait < 15, "it took long to end")

print("\n".join(problems) or "as the contract says")
sys.exit(1 if problems else 0)
