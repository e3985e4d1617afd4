"""The load generator: jobs as the article Parties has them."""

import asyncio
import itertools
import json
import random
import string
import time
from collections.abc import Callable

import grpc
import settings
from amqp_transport import AMQPSender, AMQPSenderAtDefaults
from grpc_transport import GRPCSender
from hdrh.histogram import HdrHistogram
from http_transport import HTTPSender
from seal import SEAL_BYTES, sealed
from sender import Rejected, Sender

LONGEST = 60_000_000_000
DIAL_LIMIT_S = 5


class Phase:
    """Sends entries of one run for so long, over some connections."""

    def __init__(self, job: dict, run: str, seconds: float, texts: list[str]):
        self.job, self.run, self.texts = job, run, texts
        self.length = int(seconds * 1e9)
        self.numbers = itertools.count()
        self.sent = self.acked = self.rejected = 0
        self.halves = [0, 0]
        self.error: str | None = None
        self.latency = HdrHistogram(1, LONGEST, 3)
        self.uncorrected = HdrHistogram(1, LONGEST, 3)
        self.slip = HdrHistogram(1, LONGEST, 3)

    async def send(self, sender: Sender, due: int) -> int:
        """Sends an entry that is due then; when its fate was known."""
        number = next(self.numbers)
        self.sent += 1
        try:
            await sender.send(number, self.texts[number % len(self.texts)], self.run, due + self.to_wall)
        except Exception as error:
            self.rejected += isinstance(error, Rejected)
            what = error.details() if isinstance(error, grpc.RpcError) else str(error)
            self.error = self.error or what or repr(error)
            return time.monotonic_ns()
        at = time.monotonic_ns()
        self.acked += 1
        self.latency.record_value(min(max(at - due, 1), LONGEST))
        if at < self.end:
            self.halves[at >= self.start + self.length // 2] += 1
        return at

    async def send_on_answer(self, sender: Sender) -> None:
        at = time.monotonic_ns()
        while at < self.end and self.error is None:
            at = await self.send(sender, at)
        self.last = max(self.last, at)

    async def send_when_due(self, sender: Sender) -> None:
        while self.error is None:
            due = next(self.dues)
            if due >= self.end:
                return
            await asyncio.sleep(max(0, due - time.monotonic_ns()) / 1e9)
            begin = time.monotonic_ns()
            self.slip.record_value(max(begin - due, 1))
            at = await self.send(sender, due)
            self.uncorrected.record_value(min(max(at - begin, 1), LONGEST))
            self.last = max(self.last, at)

    def arrivals(self):
        draw = random.Random(self.job["seed"])
        gap, at = 1e9 / self.job["rate_per_s"], 0.0
        for number in itertools.count():
            is_random = self.job.get("arrivals") == "poisson"
            at = at + draw.expovariate(1 / gap) if is_random else number * gap
            yield self.start + int(at)

    async def go(self, senders: list[Sender]) -> dict:
        is_open = "rate_per_s" in self.job
        self.to_wall = time.time_ns() - time.monotonic_ns()
        self.start = self.last = time.monotonic_ns()
        self.end = self.start + self.length
        self.dues = self.arrivals() if is_open else iter(())
        work = self.send_when_due if is_open else self.send_on_answer
        if self.length:
            await asyncio.gather(*(work(senders[index % len(senders)]) for index in range(self.job["in_flight"])))
        rate = {"uncorrected_latency": self.uncorrected.encode().decode(), "schedule_slip": self.slip.encode().decode()}
        return {
            "sent": self.sent,
            "acked": self.acked,
            "not_sent": 0,
            "unknown": self.sent - self.acked - self.rejected,
            "rejected": self.rejected,
            "start_ns": self.start,
            "elapsed_ns": (max(self.last, self.end) if is_open else self.last) - self.start,
            "acked_in_halves": self.halves,
            **({"latency": self.latency.encode().decode()} if self.acked else {}),
            **(rate if is_open else {}),
            **({"first_error": self.error} if self.error else {}),
        }


def texts(job: dict) -> list[str]:
    """A few different texts, with a seal where there is room for one."""
    draw = random.Random(job["payload_seed"])
    length = job["payload_bytes"]
    has_seal = length >= SEAL_BYTES
    made = ["".join(draw.choices(string.printable[:95], k=length - SEAL_BYTES * has_seal)) for _ in range(64)]
    return [sealed(text) for text in made] if has_seal else made


def dial(job: dict) -> Sender:
    """What sends on one of a job's connections."""
    transport, target = job["transport"], job["target"]
    if transport == "amqp" and settings.is_at_defaults:
        return AMQPSenderAtDefaults(target, job["in_flight"] // job["connections"])
    return {"grpc": GRPCSender, "http": HTTPSender, "amqp": AMQPSender}[transport](target)


def fault(job: dict) -> str | None:
    """Why a job cannot be done; nothing where it can."""
    if job["transport"] not in ("grpc", "http", "amqp"):
        return f"{job['transport']} is not spoken here"
    unknown = [
        key for key in ("tls", "payload_file", "bare_loop", "raw_file", "dials", "churn", "fates") if job.get(key)
    ]
    if unknown or job["messages_per_operation"] != 1:
        return f"{', '.join(unknown) or 'messages_per_operation'} cannot be had here"
    if job["connections"] < 1 or job["in_flight"] % job["connections"]:
        return f"{job['connections']} connections cannot share {job['in_flight']} in flight evenly"
    return None


async def do(job: dict, say: Callable, next_line: Callable) -> None:
    """Does a job: the warm-up, and when the lab says so what is measured, on the same connections."""
    number = job["job"]
    if reason := fault(job):
        say(job=number, failed=reason)
        return
    senders: list[Sender] = []
    try:
        dialed = [dial(job) for _ in range(job["connections"])]
        async with asyncio.timeout(DIAL_LIMIT_S):
            for sender in dialed:
                await sender.open()
                senders.append(sender)
        ready = texts(job)
        warm = await Phase(job, job["warmup_run_id"], job["warmup_s"], ready).go(senders)
        say(job=number, mark="warm", result=warm)
        if not json.loads(await next_line() or '{"go":false}')["go"]:
            return
        measured = Phase(job, job["run_id"], job["duration_s"], ready)
        say(job=number, mark="begin")
        result = await measured.go(senders)
        say(job=number, mark="end")
        say(job=number, result=result)
    except (TimeoutError, ConnectionError) as error:
        say(job=number, failed=f"cannot reach {job['target']}: {error}")
    finally:
        await asyncio.gather(*(sender.close() for sender in senders))
