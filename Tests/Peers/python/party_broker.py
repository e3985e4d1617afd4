"""A load generator over HTTP that keeps the party contract (the article Parties), but for what it is told to do wrong."""

import argparse
import http.client
import json
import os
import signal
import sys
import threading
import time

from hdrh.histogram import HdrHistogram

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--fault", default="none")
FAULT = parser.parse_args().fault
LONGEST = 60_000_000_000
PRIME, MASK = 0x9E3779B97F4A7C15, 2**64 - 1


def say(**fields):
    print(json.dumps(fields), flush=True)


def fold(value):
    product = (value | 1) * PRIME
    return (product >> 64) ^ (product & MASK) ^ value


def sealed(text):
    """The text behind its checksum (PayloadSeal)."""
    data = text.encode()
    lanes = [1, 2, 3, 4]
    whole = len(data) - len(data) % 32
    for offset in range(0, whole, 8):
        lane = offset // 8 % 4
        lanes[lane] = fold(lanes[lane] ^ int.from_bytes(data[offset : offset + 8], "little"))
    total = fold(lanes[0] ^ fold(lanes[1] ^ fold(lanes[2] ^ lanes[3])))
    for byte in data[whole:]:
        total = fold(total ^ byte)
    return f"{fold(total ^ len(data)):016x}{text}"


class Phase:
    """Sends entries of one run for so long, over some connections, one at a time on each."""

    def __init__(self, job, run, seconds):
        self.job, self.run, self.seconds = job, run, seconds
        self.lock = threading.Lock()
        self.next = self.sent = self.acked = 0
        self.error = None
        self.latency = HdrHistogram(1, LONGEST, 3)
        length = job["payload_bytes"]
        self.text = sealed("x" * (length - 16)) if length >= 16 else "x" * length

    def post(self, connection, number):
        entry = {"name": "bench", "data": self.text, "run": self.run, "seq": number, "sent_at": time.time_ns()}
        connection.request("POST", "/log", json.dumps(entry), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status == 202

    def work(self, connection):
        gap = 1e9 / self.job["rate_per_s"] if "rate_per_s" in self.job else 0
        while True:
            with self.lock:
                number = self.next
                due = self.start + int(number * gap) if gap else time.monotonic_ns()
                if due - self.start >= self.seconds * 1e9:
                    return
                self.next += 1
                self.sent += 1
            time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
            try:
                tenth = number % 10 == 9
                is_taken = (FAULT == "drop" and tenth) or self.post(connection, number)
                if FAULT == "duplicate" and tenth:
                    self.post(connection, number)
            except OSError as error:
                self.error = str(error)
                return
            with self.lock:
                self.acked += is_taken
                self.latency.record_value(max(1, time.monotonic_ns() - due))

    def go(self, connections):
        self.start = time.monotonic_ns()
        threads = [threading.Thread(target=self.work, args=[one]) for one in connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        elapsed = time.monotonic_ns() - self.start
        return {
            "sent": self.sent,
            "acked": self.acked + (FAULT == "lie"),
            "not_sent": 0,
            "unknown": self.sent - self.acked,
            "rejected": 0,
            "start_ns": self.start,
            "elapsed_ns": elapsed,
            "latency": self.latency.encode().decode(),
            **({"first_error": self.error} if self.error else {}),
        }


def do(job):
    number = job["job"]
    if job["transport"] != "http":
        say(job=number, failed=f"there is no {job['transport']} here")
        return
    connections = [http.client.HTTPConnection(job["target"]) for _ in range(job["connections"])]
    warm = Phase(job, job["warmup_run_id"], job["warmup_s"]).go(connections)
    say(job=number, mark="warm", result=warm)
    if not json.loads(sys.stdin.readline() or '{"go":false}')["go"]:
        return
    if FAULT == "exit":
        print("out of memory", file=sys.stderr, flush=True)
        os._exit(3)
    say(job=number, mark="begin")
    result = Phase(job, job["run_id"], job["duration_s"]).go(connections)
    if FAULT == "delay":
        time.sleep(0.4)
    say(job=number, mark="end")
    if FAULT == "garbage":
        print("that went well", flush=True)
    say(job=number, result=result)


if FAULT == "ignore-term":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if FAULT == "early":
    sys.exit("no licence")
if FAULT == "never-ready":
    time.sleep(60)
say(ready=True, name="python", version="3")
for line in iter(sys.stdin.readline, ""):
    do(json.loads(line))
if FAULT == "ignore-end":
    time.sleep(60)
