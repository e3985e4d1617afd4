"""Runs every subcommand of brokerlab with outputs that cannot be written, and ends it by signals at random moments.

Each run has to end with an exit code that `brokerlab --help` tells of, without a trap, and leave no process and no temporary
file behind. What does not is printed, a line each; exits 1 if there is such a thing.
"""

import csv
import itertools
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import peer

flags = peer.parse(__doc__, brokerlab="", times=3, seed=1, only="", skip="")
BROKERLAB = os.path.abspath(flags.brokerlab)
chance = random.Random(flags.seed)
# How long a run may take that is to end by itself, and to end after a signal: a drain may take 10 s.
LIMIT = 60
STOP_LIMIT = 20

OK, FAILED, UNDECIDED, UNAVAILABLE, OUTPUT, INTERRUPTED, PIPE = 0, 1, 3, 69, 74, 130, 141
BY_SIGNAL = {signal.SIGINT: -signal.SIGINT, signal.SIGTERM: -signal.SIGTERM}

root = tempfile.mkdtemp(prefix="brokerlab-outputs-")
# PostgreSQL does not run as root, and who it runs as instead has to get to its files.
os.chmod(root, 0o755)
environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
faults = []


class Command:
    """A subcommand, with what its outputs and signals may lead to."""

    def __init__(self, name, arguments, ends=True, codes=(OK,), stopped=(INTERRUPTED,), slow=False, says=True):
        self.name, self.arguments = name, arguments
        # Whether it ends by itself.
        self.ends = ends
        # Exit codes of a run that nothing disturbs, and of one that a signal does.
        self.codes, self.stopped = codes, stopped
        # Whether it takes seconds until it is at work.
        self.slow = slow
        # Whether it says something on standard output.
        self.says = says


def complain(command, how, what, errors=b""):
    text = errors.decode("utf8", "replace").strip()[-300:]
    faults.append(command.name)
    print(f"{command.name}, {how}: {what}{': ' + text if text else ''}", flush=True)


def left_behind(folder):
    """The processes that have the folder in their environment, and what lies in it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if folder.encode() in file.read():
                    with open(f"/proc/{pid}/comm") as name:
                        found.append(f"process {pid} ({name.read().strip()})")
        except OSError:
            pass
    return found + [f"file {name}" for name in os.listdir(folder)]


def run(command, how, stdout, stderr, codes, interrupt=None):
    """Runs a command once; `interrupt` is a signal and when it is to come, in seconds from the start."""
    folder = tempfile.mkdtemp(dir=root)
    os.chmod(folder, 0o755)
    out = tempfile.mkdtemp(dir=root)
    arguments = [argument.replace("@OUT", os.path.join(out, "results")) for argument in command.arguments]
    redirect = {"closed": ">&-", "full": ">/dev/full", "open": "", "broken": ""}
    shell = 'exec "$0" "$@" ' + redirect[stdout] + " " + redirect[stderr].replace(">", "2>", 1)
    if stdout == "open" and command.ends:
        # Nobody reads the pipe.
        shell += " >/dev/null"
    reading, writing = os.pipe()
    if stdout == "broken":
        os.close(reading)
    process = subprocess.Popen(
        ["bash", "-c", shell, BROKERLAB, *arguments],
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**environment, "TMPDIR": folder},
    )
    os.close(writing)
    errors = b""
    try:
        if interrupt:
            signal_number, delay = interrupt
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.send_signal(signal_number)
            errors = process.communicate(timeout=STOP_LIMIT)[1]
        elif command.ends or stdout != "open":
            errors = process.communicate(timeout=LIMIT)[1]
        else:
            # It goes on: what it could not say must not have ended it. Then it ends in order.
            if stdout == "open":
                seen = b""
                while b"ready" not in seen and b"url" not in seen and select.select([reading], [], [], LIMIT)[0]:
                    part = os.read(reading, 4096)
                    if not part:
                        break
                    seen += part
            process.send_signal(signal.SIGTERM)
            errors = process.communicate(timeout=STOP_LIMIT)[1]
        if process.returncode not in codes:
            complain(command, how, f"exit code {process.returncode}, not one of {sorted(codes)}", errors)
    except subprocess.TimeoutExpired:
        process.kill()
        errors = process.communicate()[1]
        complain(command, how, "it did not end", errors)
    finally:
        if stdout != "broken":
            os.close(reading)
    if stdout in ("closed", "full") and stderr == "open" and OUTPUT in codes and b"standard output" not in errors:
        complain(command, how, "it does not say that standard output cannot be written", errors)
    deadline = time.monotonic() + 3
    while left_behind(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    for thing in left_behind(folder):
        complain(command, how, f"it left {thing} behind")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)


def check(command):
    """All that can happen to the outputs of a command, and signals at random moments."""
    runs = 0
    for stdout, stderr in itertools.product(("open", "closed", "full", "broken"), ("open", "closed", "full")):
        if stdout == stderr == "open" and not command.ends:
            continue
        failure = {"open": set(command.codes), "broken": {PIPE}}.get(stdout, {OUTPUT})
        run(
            command,
            f"stdout {stdout}, stderr {stderr}",
            stdout,
            stderr,
            failure if command.says else set(command.codes),
        )
        runs += 1
    began = time.monotonic()
    run(command, "undisturbed", "open", "open", set(command.codes))
    span = min(time.monotonic() - began, 12) if command.ends else 8 if command.slow else 0.5
    for number, _ in itertools.product((signal.SIGINT, signal.SIGTERM), range(flags.times)):
        delay = chance.uniform(0, span)
        codes = set(command.codes) | set(command.stopped) | {BY_SIGNAL[number]}
        run(command, f"{number.name} after {delay:.3f} s", "open", "open", codes, interrupt=(number, delay))
        runs += 1
    print(f"{command.name}: {runs} runs", file=sys.stderr, flush=True)


def start_logger(*options):
    """A logger to send to, with the addresses of its transports."""
    logger = subprocess.Popen(
        [BROKERLAB, "logger", "--exit-with-stdin", "--tcp", "127.0.0.1:0", "--http", "127.0.0.1:0", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    addresses = {}
    for line in logger.stdout:
        fields = json.loads(line)
        if fields.get("ready"):
            break
        addresses[fields["transport"]] = fields["target"]
    return logger, addresses


logger, addresses = start_logger()
results = os.path.join(root, "measured")
small = ["--payload-bytes", "100", "--in-flight", "1", "--rounds", "2", "--duration", "0.1", "--warmup", "0"]
measured = subprocess.run(
    [BROKERLAB, "bench", "--transport", "tcp,http", *small, "--quiet", "--out", results],
    check=False,
    stdout=subprocess.DEVNULL,
    env=environment,
)
if measured.returncode not in (OK, UNDECIDED):
    sys.exit(f"bench ended with {measured.returncode}")
with open(os.path.join(results, "results.csv"), newline="") as file:
    rows = list(csv.DictReader(file))
with open(os.path.join(results, "results.csv"), "w", newline="") as file:
    # What a busy machine measures is not trusted, and there would be nothing to compare.
    writer = csv.DictWriter(file, rows[0].keys())
    writer.writeheader()
    writer.writerows({**row, "valid": "true", "invalid_reason": ""} for row in rows)
gobs = os.path.join(root, "gobs")
with open(gobs, "wb") as file:
    # A string, by encoding/gob: the length, the type id 6 (string), a zero byte, the text.
    file.write(b"\x08\x0c\x00\x05gobs!" * 20000)
to = ["--transport", "tcp", "--to", addresses["tcp"]]
database = os.path.join(root, "entries.db")
storing, stored_at = start_logger("--database", database)
for address in (addresses["tcp"], stored_at["tcp"]):
    subprocess.run(
        [BROKERLAB, "send", "--transport", "tcp", "--to", address, "--data", "x", "--count", "500"],
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
storing.stdin.close()
storing.wait(20)
either = (OK, FAILED, UNDECIDED, UNAVAILABLE)
commands = [
    Command("bench", ["bench", "--transport", "tcp,http", *small, "--json", "--out", "@OUT"], codes=either),
    Command("report", ["report", results]),
    Command("compare", ["compare", results, results], codes=either),
    Command("advise", ["advise", "--payload-bytes", "100", "--rate", "10", results], codes=either),
    Command("logger", ["logger", "--tcp", "127.0.0.1:0", "--http", "127.0.0.1:0"], ends=False, stopped=(OK,)),
    Command("broker", ["broker", "--listen", "127.0.0.1:0", *to], ends=False, stopped=(OK,)),
    Command("send", ["send", *to, "--data", "x", "--count", "2000"]),
    Command("send --json", ["send", *to, "--payload-bytes", "10", "--duration", "1", "--json"]),
    Command("send of lines", ["send", *to], stopped=(INTERRUPTED,)),
    Command("logger that stores", ["logger", "--http", "127.0.0.1:0", "--database", "@OUT"], ends=False, stopped=(OK,)),
    Command("entries of a file", ["entries", database, "--limit", "500"]),
    Command("entries of a logger", ["entries", addresses["http"], "--limit", "500"], codes=either),
    Command("suite", ["suite"]),
    Command("suite --explain", ["suite", "--explain"]),
    Command("columns", ["columns"]),
    Command("generate", ["generate"], says=False),
    Command("gob", ["gob", gobs], codes=either),
    Command(
        "check-party",
        ["check-party", "--logger", "--transport", "tcp", "--", BROKERLAB, "logger", "--exit-with-stdin"],
        codes=either,
    ),
    Command("link", ["link", "rtt_ms=1"], ends=False, stopped=(OK, INTERRUPTED)),
    Command("doctor", ["doctor"], codes=either),
    Command("help", ["--help"]),
    Command("rabbitmq", ["rabbitmq"], ends=False, codes=(INTERRUPTED,), slow=True),
    Command("rabbitmq --nodes", ["rabbitmq", "--nodes", "3"], ends=False, codes=(INTERRUPTED,), slow=True),
    Command("postgresql", ["postgresql"], ends=False, codes=(INTERRUPTED,), slow=True),
    Command("bench of amqp", ["bench", "--transport", "amqp", *small, "--out", "@OUT"], codes=either, slow=True),
]
try:
    for command in commands:
        wanted = not flags.only or command.name in flags.only.split(",")
        if wanted and command.name not in flags.skip.split(","):
            check(command)
finally:
    logger.stdin.close()
    logger.wait(20)
    shutil.rmtree(root, ignore_errors=True)
sys.exit(1 if faults else 0)
