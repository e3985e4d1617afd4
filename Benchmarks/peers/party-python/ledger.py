"""The account of each run, and the HTTP address that it is asked at; entries are taken there, too."""

import asyncio
import json
import time

LONGEST_BODY = 32 << 20


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

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict]:
        _, first, *rest = path.split("?")[0].split("/")
        if (method, first) == ("POST", "log"):
            try:
                entry = json.loads(body)
                self.record(entry.get("run", ""), entry.get("seq", 0), entry.get("sent_at", 0))
            except (ValueError, AttributeError):
                return 400, {"error": True, "message": "no entry"}
            return 202, {"error": False, "message": "logged"}
        if (method, first, len(rest)) == ("PUT", "runs", 1):
            return 201, self.find(rest[0]).report()
        if (method, first, len(rest)) == ("GET", "runs", 1) and rest[0] in self.runs:
            return 200, self.runs[rest[0]].report()
        return 404, {"error": True, "message": "there is no such place"}

    async def serve(self, host: str, port: int) -> int:
        """Answers over HTTP; the port."""
        server = await asyncio.start_server(self.converse, host, port)
        return server.sockets[0].getsockname()[1]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _ = head[0].split(" ")
                fields = dict(line.lower().split(":", 1) for line in head[1:] if line)
                length = int(fields.get("content-length", 0))
                if length > LONGEST_BODY:
                    return
                status, value = self.answer(method, path, await reader.readexactly(length))
                text = json.dumps(value).encode()
                writer.write(
                    f"HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n".encode()
                    + text
                )
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError):
            return
        finally:
            writer.close()
