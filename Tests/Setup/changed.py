#!/usr/bin/env python3
"""What changed since the commit that main's remote has, or else since the last commit, and whose tests look at it.

Tests/Setup/changed.py files      the files that changed and are there, a line each
Tests/Setup/changed.py suites     test targets whose modules they reach, joined by |, without those that start programs
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# They start brokerlab, RabbitMQ, PostgreSQL and peers, and take minutes.
STARTS_PROGRAMS = {
    "InteropTests",
    "ConformanceTests",
    "AMQPTransportTests",
    "RabbitMQNodeTests",
    "PostgreSQLServerTests",
    "PostgreSQLStoreTests",
}


def output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


def changed_files() -> list[str]:
    base = output("git", "merge-base", "HEAD", "@{upstream}").strip() or "HEAD"
    names = (
        output("git", "diff", "--name-only", base).split()
        + output("git", "ls-files", "--others", "--exclude-standard").split()
    )
    # A clean work tree on what the remote has: the last commit.
    if not names:
        names = output("git", "diff", "--name-only", "HEAD~1", "HEAD").split()
    return sorted({name for name in names if (ROOT / name).is_file()})


def suites(files: list[str]) -> list[str]:
    """The test targets that are, or depend on, a target with one of these files."""
    targets = json.loads(output("swift", "package", "describe", "--type", "json"))["targets"]
    reached = {
        target["name"]
        for target in targets
        if any(pathlib.PurePath(target["path"]) in pathlib.PurePath(file).parents for file in files)
    }
    if "Package.swift" in files:
        reached |= {target["name"] for target in targets}
    grows = True
    while grows:
        more = {target["name"] for target in targets if reached & set(target.get("target_dependencies", []))} - reached
        reached |= more
        grows = bool(more)
    return sorted(
        target["name"] for target in targets if target["type"] == "test" and target["name"] in reached - STARTS_PROGRAMS
    )


if len(sys.argv) != 2 or sys.argv[1] not in ("files", "suites"):
    sys.exit(__doc__)
files = changed_files()
print("\n".join(files) if sys.argv[1] == "files" else "|".join(suites(files)))
