"""A broker in the middle, HTTP to HTTP, that keeps the party contract, but for one thing that it is told to do wrong."""

import argparse
import http.client
import json
import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--listen", required=True)
parser.add_argument("--transport", required=True)
parser.add_argument("--to", required=True)
parser.add_argument("--fault", default="none")
flags = parser.parse_args()
logger = threading.local()
received = 0


def say(**fields):
    print(json.dumps(fields), flush=True)


def forward(entry):
    """Whether the logger has acknowledged it."""
    if not hasattr(logger, "connection"):
        host, port = flags.to.rsplit(":", 1)
        logger.connection = http.client.HTTPConnection(host, int(port))
    logger.connection.request("POST", "/log", json.dumps(entry), {"Content-Type": "application/json"})
    answer = logger.connection.getresponse()
    answer.read()
    return answer.status == 202


def take(entry):
    global received
    received += 1
    tenth = entry.get("seq", 0) % 10 == 9
    if flags.fault == "exit" and received > 20:
        print("out of disk", file=sys.stderr, flush=True)
        os._exit(3)
    if flags.fault == "drop" and tenth:
        return True
    if flags.fault == "change" and tenth:
        entry["data"] = entry["data"][::-1]
    if flags.fault == "duplicate" and tenth:
        forward(entry)
    return forward(entry)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in one write.
    wbufsize = 1 << 16

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_action = self.path == "/handle" and request["action"] == "log"
        is_logged = is_action and take(request["log"])
        body = json.dumps({"error": not is_logged, "message": "logged" if is_logged else "no"}).encode()
        self.send_response(202 if is_logged else 502)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

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
host, port = flags.listen.rsplit(":", 1)
server = ThreadingHTTPServer((host, int(port)), Handler)
server.daemon_threads = True
threading.Thread(target=end_with_input, daemon=True).start()
if flags.fault == "garbage":
    print("Starting up ...", flush=True)
if flags.fault != "silent":
    say(listen=f"{host}:{server.server_port}")
if flags.fault == "never-ready":
    time.sleep(60)
say(ready=True, name="python", version="3")
server.serve_forever()
