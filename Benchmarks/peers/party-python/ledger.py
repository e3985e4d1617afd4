"""The account of each run."""

import time
from collections.abc import Callable


class Run:
    """What came of a run: who checks no seals has none to count as broken."""

    def __init__(self, run: str):
        self.run = run
        self.received = self.duplicated = self.reordered = 0
        self.seen = bytearray()
        self.highest = -1
        self.first = self.last = 0
        self.times: list[int] = []

    def record(self, seq: int, sent_at: int) -> None:
        at = time.time_ns()
        self.first = self.first or at
        self.last = at
        self.received += 1
        self.times.append(at - sent_at)
        if seq >= len(self.seen):
            # One entry in two, so that it is not moved for each.
            self.seen.extend(bytes(2 * seq + 64 - len(self.seen)))
        if self.seen[seq]:
            self.duplicated += 1
            return
        self.seen[seq] = 1
        if seq < self.highest:
            self.reordered += 1
        else:
            self.highest = seq

    def report(self) -> dict:
        report = {
            "run": self.run,
            "received": self.received,
            "unique": self.received - self.duplicated,
            "duplicated": self.duplicated,
            "reordered": self.reordered,
        }
        if not self.received:
            return report
        times = sorted(self.times)

        def at(part: float) -> float:
            return times[min(len(times) - 1, int(part * len(times)))] / 1000

        return report | {
            "first_received_at_ns": self.first,
            "last_received_at_ns": self.last,
            "delivery_latency": {
                "count": len(times),
                "p50_us": at(0.5),
                "p90_us": at(0.9),
                "p99_us": at(0.99),
                "p999_us": at(0.999),
                "max_us": times[-1] / 1000,
                "mean_us": sum(times) / len(times) / 1000,
            },
        }


class Ledger:
    """The runs."""

    MOST_RUNS = 16
    MOST_ENTRIES = 1 << 30

    def __init__(self):
        self.runs: dict[str, Run] = {}

    def find(self, run: str) -> Run:
        if run not in self.runs:
            while len(self.runs) >= self.MOST_RUNS:
                del self.runs[next(iter(self.runs))]
            self.runs[run] = Run(run)
        return self.runs[run]

    def record(self, run: str, seq: int, sent_at: int) -> None:
        if run and seq < self.MOST_ENTRIES:
            self.find(run).record(seq, sent_at)

    def record_json(self, body: bytes, load: Callable[[bytes], dict]) -> bool:
        """Records an entry of the contract's JSON; whether it is one."""
        try:
            entry = load(body)
            self.record(entry.get("run", ""), entry.get("seq", 0), entry.get("sent_at", 0))
        except (ValueError, AttributeError, TypeError):
            return False
        return True
