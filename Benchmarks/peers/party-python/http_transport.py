"""Both halves over HTTP: uvicorn with a bare ASGI application, and aiohttp's client."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Iterator

import aiohttp
import settings
import uvicorn
from ledger import Ledger
from sender import Rejected, entry

LONGEST_BODY = 32 << 20
END_LIMIT_S = 5
JSON_HEADERS = {"Content-Type": "application/json"}


class Server(uvicorn.Server):
    """Leaves signals to the party."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HTTPLogger:
    """Takes entries, and answers for the ledger, until it is stopped."""

    def __init__(self, entries: Ledger):
        self.entries = entries
        self.load = settings.loader()

    async def start(self, host: str, port: int) -> int:
        """Listens; the port."""
        own = {} if settings.is_at_defaults else {"http": "httptools", "access_log": False, "proxy_headers": False}
        self.server = Server(
            uvicorn.Config(
                self.application,
                log_level="warning",
                lifespan="off",
                interface="asgi3",
                timeout_graceful_shutdown=END_LIMIT_S,
                **({"http": "h11"} | own),
            )
        )
        # asyncio sends at once on sockets that say that they are TCP's.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
        self.serving = asyncio.create_task(self.server.serve(sockets=[listener]))
        return listener.getsockname()[1]

    async def stop(self) -> None:
        self.server.should_exit = True
        await self.serving

    async def application(self, scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] != "http":
            return
        message = await receive()
        body = message.get("body", b"")
        while message.get("more_body") and len(body) <= LONGEST_BODY:
            message = await receive()
            body += message.get("body", b"")
        status, value = self.answer(scope["method"], scope["path"], body)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(value)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": value})

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if (method, path) == ("POST", "/log"):
            if len(body) > LONGEST_BODY or not self.entries.record_json(body, self.load):
                return 400, b'{"error":true,"message":"no entry"}'
            return 202, b'{"error":false,"message":"logged"}'
        _, first, *rest = path.split("/")
        if (method, first, len(rest)) == ("PUT", "runs", 1):
            return 201, json.dumps(self.entries.find(rest[0]).report()).encode()
        if (method, first, len(rest)) == ("GET", "runs", 1) and rest[0] in self.entries.runs:
            return 200, json.dumps(self.entries.runs[rest[0]].report()).encode()
        return 404, b'{"error":true,"message":"there is no such place"}'


class HTTPSender:
    """Posts entries by a session of aiohttp, which keeps as many sockets as there are requests in flight."""

    ACCEPTED = 202

    def __init__(self, target: str):
        self.url = f"http://{target}/log"
        self.load, self.dump = settings.loader(), settings.dumper()

    async def open(self) -> None:
        if settings.is_at_defaults:
            self.session = aiohttp.ClientSession()
        else:
            self.session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(),
                skip_auto_headers=["Accept", "Accept-Encoding", "User-Agent"],
            )

    async def send(self, number: int, text: str, run: str, sent_at: int) -> None:
        body = self.dump(entry(number, text, run, sent_at))
        async with self.session.post(self.url, data=body, headers=JSON_HEADERS) as response:
            answer = self.load(await response.read())
        if response.status != self.ACCEPTED or answer.get("error", True):
            raise Rejected(f"status {response.status}: {answer.get('message', '')}")

    async def close(self) -> None:
        await self.session.close()
