#!/usr/bin/env python3
"""Makes two results folders of one: the same cells with steady rates in seven rounds, and all of it but tcp at half the rate.

.build/peers/venv/bin/python Tests/Peers/python/remake_results.py results/DIR STEADY SLOWER
"""

import csv
import os
import shutil
import sys

folder, steady, slower = sys.argv[1:]
with open(f"{folder}/results.csv", newline="") as file:
    reader = csv.DictReader(file)
    names, rows = reader.fieldnames, [row for row in reader if row["block"] == "1"]
for name, factor in [(steady, 1), (slower, 0.5)]:
    os.makedirs(name)
    shutil.copy(f"{folder}/run.json", name)
    with open(f"{name}/results.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for block in range(1, 8):
            for row in rows:
                rate = 10_000 * (1 + 0.001 * block) * (1 if row["transport"] == "tcp" else factor)
                writer.writerow(
                    row | {"block": block, "throughput_msgs_per_s": rate, "valid": "true", "invalid_reason": ""}
                )
