"""A broker and a logger in Python: a party of broker-lab's benchmarks. README.md has what it does at its best, and what at its
defaults.

party-python logger --listen grpc=127.0.0.1:0 --listen http=127.0.0.1:0
party-python broker [--defaults]
party-python speaks
"""

import argparse
import asyncio
import gc
import json
import platform
import signal
import sys
import threading

import generator
import settings
import uvloop
from amqp_transport import AMQPLogger, AMQPLoggerAtDefaults
from grpc_transport import GRPCLogger
from http_transport import HTTPLogger
from ledger import Ledger

SPOKEN = ("http", "grpc", "amqp")


def say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def say_ready() -> None:
    name = "python-defaults" if settings.is_at_defaults else "python"
    say(ready=True, name=name, version=platform.python_version())


async def receive(addresses: dict[str, str], name: str, is_temporary: bool, ended: asyncio.Event) -> None:
    """Plays the logger until it is to end."""
    entries = Ledger()
    loggers = []
    for transport, address in addresses.items():
        if transport == "amqp":
            made = AMQPLoggerAtDefaults if settings.is_at_defaults else AMQPLogger
            loggers.append(made(address, name, is_temporary, entries))
            await loggers[-1].start()
            say(transport="amqp", target=address)
        elif transport in SPOKEN:
            loggers.append(HTTPLogger(entries) if transport == "http" else GRPCLogger(entries))
            host, port = address.rsplit(":", 1)
            say(transport=transport, target=f"{host}:{await loggers[-1].start(host, int(port))}")
    say_ready()
    await ended.wait()
    await asyncio.gather(*(logger.stop() for logger in loggers))


async def generate(ended: asyncio.Event, lines: asyncio.Queue) -> None:
    """Plays the broker until it is to end."""

    async def work() -> None:
        while line := await lines.get():
            job = json.loads(line)
            if "transport" in job:
                await generator.do(job, say, lines.get)

    say_ready()
    worker = asyncio.create_task(work())
    await asyncio.wait([worker, asyncio.create_task(ended.wait())], return_when=asyncio.FIRST_COMPLETED)
    worker.cancel()


async def play(flags: argparse.Namespace) -> None:
    """Plays a half until standard input ends, or SIGTERM comes."""
    ended, lines, loop = asyncio.Event(), asyncio.Queue(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, daemon=True).start()
    if flags.half == "broker":
        await generate(ended, lines)
    else:
        addresses = dict(pair.split("=", 1) for pair in flags.listen)
        await receive(addresses, flags.amqp_queue, flags.amqp_temporary, ended)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("half", choices=["logger", "broker"])
    parser.add_argument("--defaults", action="store_true", help="leave everything as the libraries have it")
    parser.add_argument("--listen", action="append", default=[], metavar="NAME=HOST:PORT")
    parser.add_argument("--amqp-queue", default="logs", help="the queue to consume from")
    parser.add_argument("--amqp-temporary", action="store_true", help="have the queue deleted with its last consumer")
    flags = parser.parse_args()
    settings.is_at_defaults = flags.defaults
    if flags.defaults:
        asyncio.run(play(flags))
        return
    # What is there lives as long as the program does.
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(play(flags))


if sys.argv[1:] == ["speaks"]:
    print("\n".join(SPOKEN))
else:
    main()
