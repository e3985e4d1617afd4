#!/usr/bin/env python3
"""Looks at pages of brokerlab in Chromium, as a reader would: on a screen and a phone, by day and at night, on paper.

.build/peers/venv/bin/python Tests/Peers/python/check_page.py PAGE...
"""

import csv
import pathlib
import statistics
import sys

from chromium import Chromium

# Width, height, medium and colour scheme. Paper is A4 with margins of a centimetre, at 96 dots an inch; who prints may
# have a dark scheme.
VIEWS = [
    (1280, 900, "screen", "light"),
    (1280, 900, "screen", "dark"),
    (390, 844, "screen", "light"),
    (390, 844, "screen", "dark"),
    (718, 1047, "print", "light"),
    (718, 1047, "print", "dark"),
    (1280, 900, "print", "light"),
]
NONE = "\N{EN DASH}"
LOOK = pathlib.Path(__file__).with_name("look_at_page.js").read_text()


def check(browser, page):
    """All that is wrong with a page, in sentences; and what was looked at."""
    problems = []
    seen = None
    address = page.resolve().as_uri()
    for width, height, medium, scheme in VIEWS:
        browser.show(width, height, medium, scheme)
        browser.open(address)
        seen = browser.evaluate(LOOK)
        where = f"{page}, {width} pixels, {medium}, {scheme}"
        said = browser.named("Runtime.exceptionThrown") + browser.named("Log.entryAdded")
        problems += [f"{where}: the browser complains: {one}" for one in said]
        asked = [one["request"]["url"] for one in browser.named("Network.requestWillBeSent")]
        problems += [f"{where}: asks for {url}" for url in asked if url != address and not url.startswith("data:")]
        if seen["scripts"] or seen["scrolls"] > 0:
            problems.append(f"{where}: {seen['scripts']} scripts, {seen['scrolls']} pixels wider than the window")
        for kind, what in [("wide", "beyond the window"), ("faint", "faint"), ("overlapping", "on each other")]:
            problems += [f"{where}: {what}: {one}" for one in dict.fromkeys(seen[kind])]
        if not seen["verdict"] or not seen["texts"]:
            problems.append(f"{where}: nothing is to be seen")
    return problems + check_grid(page, seen), seen


def load_of(row):
    """What tells the load of a row from others."""
    rate = float(row["target_rate_per_s"] or 0)
    surroundings = (
        row.get("store") or "memory",
        row.get("network") or "loopback",
        row.get("rabbitmq_side") or "logger",
        row.get("tls_setting") or "off",
        row.get("broker_setting") or "swift",
        row.get("logger_setting") or "swift",
    )
    return row["load_model"], row["payload_bytes"], row["connections"], row["in_flight"], rate, *surroundings


def figure_of(row, throughput):
    """What decides under the load of a row; empty where it has none."""
    return row[{"closed": throughput, "cold": "ack_p50_us"}.get(row["load_model"], "ack_p99_us")]


def rounds(file):
    """What decides, by transport, load and round."""
    found = {}
    with open(file, newline="") as text:
        for row in csv.DictReader(text):
            figure = figure_of(row, "throughput_msgs_per_s")
            if row["role"] == "cell" and row["valid"] == "true" and figure:
                name = row["transport"] + (f":{row['variant']}" if row["variant"] else "")
                found.setdefault((name, load_of(row)), {})[row["block"]] = float(figure)
    return found


def check_grid(page, seen):
    """That the grid and the first sentences say of each load what summary.csv does, where there is one."""
    file = page.with_name("summary.csv")
    if page.name != "report.html" or not file.exists():
        return []
    with open(file, newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["n"] != "0"]
    by_round = rounds(page.with_name("results.csv"))
    loads = {}
    for row in rows:
        load = load_of(row)
        if figure := figure_of(row, "median_msgs_per_s"):
            loads.setdefault(load, {})[row["name"]] = (float(figure), row["rank"], row["tied_with"].split())
    problems = []
    if len(seen["grid"]) != len(loads):
        return [f"{page}: the grid has {len(seen['grid'])} loads, the CSV {len(loads)}"]
    for column, (load, figures) in zip(seen["grid"], loads.items(), strict=True):
        cells = {who: cell.split() for who, cell in column if cell != NONE}
        best = [who for who, cell in cells.items() if cell[0] == "best"]
        if set(cells) != set(figures):
            problems.append(f"{page}: {load}: the grid has {sorted(cells)}, the CSV {sorted(figures)}")
            continue
        letters = {who: cell[1] if len(cell) > 1 and figures[who][1] else "" for who, cell in cells.items()}
        for who, cell in cells.items() if best else []:
            own, by = by_round[who, load], by_round[best[0], load]
            paired = [own[block] / by[block] for block in own if block in by]
            ratio = statistics.median(paired) if paired else figures[who][0] / figures[best[0]][0]
            digits = len(cell[0].partition(".")[2])
            if who not in best and abs(float(cell[0]) - ratio) > 0.51 * 10**-digits:
                problems.append(f"{page}: {load}: {who} comes to {ratio}, not {cell[0]}")
            for other, (_, rank, tied) in figures.items():
                # Letters are given within one promise, which stands behind them where it is another one.
                is_alike = rank and who != other and cell[2:] == cells[other][2:]
                if is_alike and (who in tied) != bool(set(letters[who]) & set(letters[other])):
                    problems.append(f"{page}: {load}: letters of {who} and {other}: {letters[who]}, {letters[other]}")
    return problems


def main():
    problems = []
    series = 0
    with Chromium() as browser:
        for page in map(pathlib.Path, sys.argv[1:]):
            found, seen = check(browser, page)
            problems += found
            series += seen["series"]
    for problem in problems[:60]:
        print(problem)
    print(f"{len(sys.argv) - 1} pages, {len(VIEWS)} views, {series} series: {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
