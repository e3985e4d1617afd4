"""What the Python peers share: their flags, their time limit and what they print."""

import argparse
import json
import signal
import sys
import threading


def parse(description, **options):
    """Reads the command line: `for` (the time limit, which starts now) and one flag an option, given by its default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--for", dest="limit", type=float, default=60, help="the longest time to run, in seconds")
    for name, default in options.items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(default), default=default)
    flags = parser.parse_args()
    # Not a Python-level handler: a signal's default action ends the process even while it waits inside a C library.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, flags.limit)
    return flags


_printing = threading.Lock()


def say(**fields):
    """Prints one line of JSON."""
    with _printing:
        print(json.dumps(fields), flush=True)


def finish(count, acked, reply="", error=""):
    """Prints a client's outcome and exits: 0 if all its entries were acknowledged."""
    say(sent=count, acked=acked, reply=reply, error=error)
    sys.exit(0 if acked == count else 1)
