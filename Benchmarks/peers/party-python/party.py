"""A broker and a logger in Python on grpcio's asyncio: a party of broker-lab's benchmarks.

party-python logger --listen grpc=127.0.0.1:0 --listen http=127.0.0.1:0
party-python broker
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
import grpc
import logs_pb2
import logs_pb2_grpc
from ledger import Ledger


def say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def say_ready() -> None:
    say(ready=True, name="python", version=platform.python_version())


class LogService(logs_pb2_grpc.LogServiceServicer):
    """Records entries."""

    LOGGED = logs_pb2.LogResponse(result="logged")

    def __init__(self, entries: Ledger):
        self.entries = entries

    async def WriteLog(self, request: logs_pb2.LogRequest, _: grpc.aio.ServicerContext) -> logs_pb2.LogResponse:
        log = request.logEntry
        self.entries.record(log.run, log.seq, log.sent_at)
        return self.LOGGED


async def receive(addresses: dict[str, str], ended: asyncio.Event) -> None:
    """Plays the logger until it is to end."""
    entries = Ledger()
    server = None
    for transport, address in addresses.items():
        host, port = address.rsplit(":", 1)
        if transport == "http":
            say(transport="http", target=f"{host}:{await entries.serve(host, int(port))}")
        elif transport == "grpc":
            server = grpc.aio.server(options=[("grpc.max_receive_message_length", 20 << 20), *generator.OPTIONS])
            logs_pb2_grpc.add_LogServiceServicer_to_server(LogService(entries), server)
            say(transport="grpc", target=f"{host}:{server.add_insecure_port(address)}")
            await server.start()
    say_ready()
    await ended.wait()
    if server:
        await server.stop(grace=5)


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


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("half", choices=["logger", "broker"])
    parser.add_argument("--listen", action="append", default=[], metavar="NAME=HOST:PORT")
    flags = parser.parse_args()
    # What is there lives as long as the program does.
    gc.freeze()
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
        await receive(dict(pair.split("=", 1) for pair in flags.listen), ended)


if sys.argv[1:] == ["speaks"]:
    print("grpc")
else:
    asyncio.run(main())
