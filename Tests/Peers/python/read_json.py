"""Reads log entries with Python's json, in its strict mode: the oracle of Tests/EntryJSONTests.

Each line of standard input is a text in hexadecimal digits. Each line of standard output is the entry that it stands for,
as JSON in ASCII, or `null` where it is refused. Strict means what RFC 8259 means: UTF-8 only, no bare control characters,
no NaN and no Infinity.
"""

import json
import sys


def refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def integer(value: object, least: int, most: int) -> int:
    # A bool is an int to Python.
    if value is None:
        return 0
    if type(value) is not int or not least <= value <= most:
        raise ValueError("not an integer in its range")
    return value


def text(value: object) -> str:
    if type(value) is not str:
        raise ValueError("not a text")
    # Half a surrogate pair is a character to Python, and none to UTF-8.
    value.encode("utf-8")
    return value


def read(line: str) -> dict[str, object]:
    members = json.loads(bytes.fromhex(line).decode("utf-8"), strict=True, parse_constant=refuse)
    if type(members) is not dict:
        raise ValueError("not an object")
    severity = members.get("severity")
    if severity is not None and severity not in ("INFO", "WARNING", "ERROR"):
        raise ValueError("not a severity")
    run = members.get("run")
    return {
        "name": text(members["name"]),
        "data": text(members["data"]),
        "severity": severity or "INFO",
        "run": "" if run is None else text(run),
        "seq": integer(members.get("seq"), 0, 2**64 - 1),
        "sent_at": integer(members.get("sent_at"), -(2**63), 2**63 - 1),
    }


for line in sys.stdin:
    try:
        entry = json.dumps(read(line.strip()))
    except (ValueError, KeyError, TypeError, RecursionError):
        entry = "null"
    print(entry)
