#!/usr/bin/env python3
"""Reads the files of a results folder with the tools that others would use: pandas, HdrHistogram, the rules of benchstat, and
a parser of HTML that forgives nothing.

    .build/peers/venv/bin/python Tests/Peers/python/check_results.py results/DIR
"""

import pathlib
import re
import sys
from html.parser import HTMLParser

import pandas
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

folder = sys.argv[1]
problems = []

# pandas, without any option: counts are integers, figures are floats, texts are texts.
frame = pandas.read_csv(f"{folder}/results.csv")
kinds = {
    "transport": "O",
    "mode": "O",
    "in_flight": "i",
    "payload_bytes": "i",
    "sent": "iuf",
    "throughput_msgs_per_s": "f",
    "ack_p99_us": "f",
    "broker_cpu_us_per_msg": "f",
    "seed": "i",
    "valid": "b",
    "tls": "b",
}
for name, kind in kinds.items():
    found = frame[name].dtype
    is_text = pandas.api.types.is_string_dtype(found)
    if not (is_text if kind == "O" else found.kind in kind):
        problems.append(f"results.csv: {name} is read as {found}")
summary = pandas.read_csv(f"{folder}/summary.csv")
if summary["median_msgs_per_s"].dtype.kind != "f":
    problems.append("summary.csv: median_msgs_per_s is no float")

# The histograms say what the rows say: percentiles within three digits, counts exactly.
reader = HistogramLogReader(f"{folder}/latency.hlog", HdrHistogram(1, 60_000_000_000, 3))
histograms = {}
while (histogram := reader.get_next_interval_histogram()) is not None:
    histograms[histogram.get_tag()] = histogram
checked = 0
for row in frame.itertuples():
    if pandas.isna(row.ack_p99_us):
        continue
    name = row.transport if pandas.isna(row.variant) else f"{row.transport}:{row.variant}"
    wanted = [
        tag
        for tag in histograms
        if tag.startswith(f"{name}/{row.payload_bytes}B/{row.in_flight}x{row.connections}")
        and tag.endswith(f"/{row.block}")
        and ("/control" in tag) == (row.role == "control")
    ]
    if pandas.isna(row.target_rate_per_s) and len(wanted) != 1:
        problems.append(f"latency.hlog: {len(wanted)} histograms for {name}")
    for tag in wanted[:1] if pandas.isna(row.target_rate_per_s) else []:
        histogram = histograms[tag]
        # Implementations round the rank of a percentile up, or to the nearest: one rank is left open.
        rank = 100 / max(1, histogram.get_total_count())
        low, high = (histogram.get_value_at_percentile(99 + step) / 1000 for step in (-rank, rank))
        if not 0.998 * low <= row.ack_p99_us <= 1.002 * high or histogram.get_total_count() != row.acked:
            problems.append(f"{tag}: p99 {low} to {high}, results.csv has {row.ack_p99_us}")
        checked += 1

# golang.org/design/14313-benchmark-format: the name, an integer, then pairs of a number and a unit.
line = re.compile(r"^Benchmark[A-Z]\S*\s+[1-9]\d*(\s+[-+0-9.eE]+\s+\S+)+$")
key = re.compile(r"^[a-z][^\sA-Z]*: .*$")
count = 0
for text in pathlib.Path(folder, "benchmark.txt").read_text().splitlines():
    if text.startswith("Benchmark"):
        count += 1
        if not line.match(text.rstrip()):
            problems.append(f"benchmark.txt: {text.strip()}")
    elif text.strip() and not key.match(text.rstrip()):
        problems.append(f"benchmark.txt: {text.strip()}")
if count != int(frame["valid"].sum()):
    problems.append(f"benchmark.txt has {count} lines for {int(frame['valid'].sum())} valid rows")


class Page(HTMLParser):
    """report.html: every tag closed in its order, nothing that runs, nothing that is fetched."""

    void = frozenset({"meta", "link", "br"})

    def __init__(self):
        super().__init__()
        self.open = []
        self.style = ""

    def handle_starttag(self, tag, attributes):
        if tag not in self.void:
            self.open.append(tag)
        if tag in {"script", "iframe", "img", "object", "embed"} or (
            tag == "link" and ("href", "data:,") not in attributes
        ):
            problems.append(f"report.html: <{tag}> at {self.getpos()}")
        for name, value in attributes:
            if name.startswith("on") or (name in {"src", "href", "xlink:href", "action"} and value != "data:,"):
                problems.append(f"report.html: {name}={value} at {self.getpos()}")

    def handle_startendtag(self, tag, attributes):
        if self.open and "svg" not in self.open:
            problems.append(f"report.html: <{tag}/> outside of SVG at {self.getpos()}")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            problems.append(f"report.html: </{tag}> closes nothing at {self.getpos()}")

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data


page = Page()
page.feed(pathlib.Path(folder, "report.html").read_text())
page.close()
if page.open:
    problems.append(f"report.html: {page.open} stay open")
if re.search(r"url\(|@import|https?:", page.style):
    problems.append("report.html: the style sheet fetches something")

for problem in problems:
    print(problem)
print(f"{len(frame)} rows, {checked} histograms compared, {count} benchmark lines: {len(problems)} problems")
sys.exit(1 if problems else 0)
