"""A logger over HTTP that keeps the party contract (the article Parties), but for one thing that it is told to do wrong."""

import argparse
import collections
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--listen", action="append", default=[])
parser.add_argument("--fault", default="none")
flags = parser.parse_args()
lock = threading.Lock()
runs = {}
received = 0
# Acknowledged, and not yet recorded.
waiting = collections.deque()


def say(**fields):
    print(json.dumps(fields), flush=True)


def record(entry):
    with lock:
        own = runs.setdefault(entry["run"], {"counts": [0, 0, 0, 0], "seen": set(), "highest": -1})
        own["counts"][0] += 1
        if entry["seq"] in own["seen"]:
            # One that lies takes for new whatever comes.
            own["counts"][1 if flags.fault == "lie" else 2] += 1
            return
        own["seen"].add(entry["seq"])
        own["counts"][1] += 1
        own["counts"][3] += entry["seq"] < own["highest"]
        own["highest"] = max(own["highest"], entry["seq"])


def take(entry):
    global received
    received += 1
    if "run" not in entry:
        return
    tenth = entry["seq"] % 10 == 9
    if flags.fault == "exit" and received > 20:
        print("out of disk", file=sys.stderr, flush=True)
        os._exit(3)
    if flags.fault == "drop" and tenth:
        return
    if flags.fault == "delay" and entry["seq"] > 0:
        # Until the ledger was asked, however long that takes.
        waiting.append(entry)
        return
    record(entry)
    if flags.fault == "duplicate" and tenth:
        record(entry)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in one write.
    wbufsize = 1 << 16

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        entry = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if flags.fault == "wrong":
            self.wfile.write(b"OK, got it\r\n\r\n")
            return
        take(entry)
        self.answer(202, {"error": False, "message": "logged"})

    def do_PUT(self):
        if flags.fault == "no-ledger":
            self.answer(404, {"error": True, "message": "no"})
        else:
            self.answer(201, {})

    def do_GET(self):
        run = self.path.removeprefix("/runs/")
        with lock:
            known = run in runs
            names = ["received", "unique", "duplicated", "reordered"]
            counts = dict(zip(names, runs[run]["counts"], strict=True)) if known else {}
        self.answer(200 if known else 404, {"run": run, **counts})
        while waiting:
            record(waiting.popleft())

    def log_message(self, *_):
        pass


def end_with_input():
    sys.stdin.read()
    if flags.fault != "ignore-end":
        os._exit(0)


if flags.fault == "ignore-term":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if flags.fault == "early":
    sys.exit("no licence")
address = next(pair for pair in flags.listen if pair.startswith("http=")).removeprefix("http=")
host, port = address.rsplit(":", 1)
server = ThreadingHTTPServer((host, int(port)), Handler)
server.daemon_threads = True
threading.Thread(target=end_with_input, daemon=True).start()
if flags.fault == "garbage":
    print("Starting up ...", flush=True)
say(transport="http", target=f"{host}:{server.server_port}")
if flags.fault == "never-ready":
    time.sleep(60)
say(ready=True, name="python", version="3")
server.serve_forever()
