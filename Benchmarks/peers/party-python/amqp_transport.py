"""Both halves over AMQP: pika, on asyncio, and at its defaults by connections that block."""

import asyncio
import contextlib
import queue
import sys
import threading
from collections.abc import Awaitable

import pika
import pika.exceptions
import settings
from ledger import Ledger
from pika.adapters.asyncio_connection import AsyncioConnection
from sender import Rejected, entry

EXCHANGE = "logs_topic"
KEY = "log.INFO"
SEVERITIES = ("INFO", "WARNING", "ERROR")
PREFETCH = 256
# One acknowledgement for so many deliveries, or for what has come at once.
BATCH = 64
EXPIRY_MS = 60_000
PERSISTENT_JSON = pika.BasicProperties(content_type="application/json", delivery_mode=2)
NOT_TAKEN = "RabbitMQ did not take a message, or no queue does"


def arguments(is_temporary: bool) -> dict | None:
    """What a queue is declared with."""
    return {"x-expires": EXPIRY_MS} if is_temporary else None


class Channel:
    """A channel of a connection on asyncio, whose answers are waited for."""

    async def open(self, url: str) -> None:
        loop = asyncio.get_running_loop()
        opened = loop.create_future()

        def fail(_: object, error: object) -> None:
            if not opened.done():
                opened.set_exception(ConnectionError(f"RabbitMQ cannot be reached: {error!r}"))

        self.closed = loop.create_future()
        self.connection = AsyncioConnection(
            pika.URLParameters(url),
            on_open_callback=lambda _: opened.set_result(None),
            on_open_error_callback=fail,
            on_close_callback=lambda _, reason: self.end(reason),
            custom_ioloop=loop,
        )
        await opened
        opened = loop.create_future()
        self.connection.channel(on_open_callback=opened.set_result)
        self.channel = await opened
        self.channel.add_on_close_callback(lambda _, reason: self.end(reason))
        await self.answered(self.channel.exchange_declare, EXCHANGE, "topic", durable=True)

    def end(self, reason: object) -> None:
        if not self.closed.done():
            self.closed.set_result(reason)

    @staticmethod
    async def answered(method: object, *words: object, **more: object) -> None:
        """Calls a method of the channel, and waits for its answer."""
        answer = asyncio.get_running_loop().create_future()
        method(*words, callback=answer.set_result, **more)
        await answer

    async def close(self) -> None:
        if self.connection.is_open:
            self.connection.close()
            await self.closed


class AMQPLogger:
    """Records what comes to a queue of its own."""

    def __init__(self, url: str, name: str, is_temporary: bool, entries: Ledger):
        self.url, self.name, self.is_temporary, self.entries = url, name, is_temporary, entries
        self.load = settings.loader()
        self.unacknowledged = self.last_tag = 0

    async def start(self) -> None:
        self.own = Channel()
        await self.own.open(self.url)
        channel, answered = self.own.channel, self.own.answered
        await answered(
            channel.queue_declare,
            self.name,
            durable=True,
            auto_delete=self.is_temporary,
            arguments=arguments(self.is_temporary),
        )
        for severity in SEVERITIES:
            await answered(channel.queue_bind, self.name, EXCHANGE, f"log.{severity}")
        await answered(channel.basic_qos, prefetch_count=PREFETCH)
        channel.basic_consume(self.name, self.take)

    def take(self, _: object, method: pika.spec.Basic.Deliver, __: object, body: bytes) -> None:
        if not self.entries.record_json(body, self.load):
            # It is taken out of the queue, so that it does not come again and again.
            print("party-python: a message is no entry", file=sys.stderr)
        self.last_tag = method.delivery_tag
        self.unacknowledged += 1
        if self.unacknowledged >= BATCH:
            self.acknowledge()
        elif self.unacknowledged == 1:
            asyncio.get_running_loop().call_soon(self.acknowledge)

    def acknowledge(self) -> None:
        if self.unacknowledged and self.own.channel.is_open:
            self.unacknowledged = 0
            self.own.channel.basic_ack(self.last_tag, multiple=True)

    async def stop(self) -> None:
        self.acknowledge()
        await self.own.close()


class AMQPLoggerAtDefaults:
    """The same by a connection that blocks, in a thread, with an acknowledgement for each."""

    def __init__(self, url: str, name: str, is_temporary: bool, entries: Ledger):
        self.entries, self.load = entries, settings.loader()
        self.connection = pika.BlockingConnection(pika.URLParameters(url))
        self.channel = self.connection.channel()
        self.channel.exchange_declare(EXCHANGE, "topic", durable=True)
        self.channel.queue_declare(name, durable=True, auto_delete=is_temporary, arguments=arguments(is_temporary))
        for severity in SEVERITIES:
            self.channel.queue_bind(name, EXCHANGE, f"log.{severity}")
        self.channel.basic_consume(name, self.take)
        self.consuming = threading.Thread(target=self.channel.start_consuming, daemon=True)

    async def start(self) -> None:
        self.consuming.start()

    def take(self, channel: object, method: pika.spec.Basic.Deliver, _: object, body: bytes) -> None:
        if not self.entries.record_json(body, self.load):
            print("party-python: a message is no entry", file=sys.stderr)
        channel.basic_ack(method.delivery_tag)

    async def stop(self) -> None:
        # Where RabbitMQ is gone there is nothing to end.
        with contextlib.suppress(pika.exceptions.AMQPError):
            self.connection.add_callback_threadsafe(self.channel.stop_consuming)
            await asyncio.to_thread(self.consuming.join)
            self.connection.close()


class AMQPSender:
    """Publishes persistent messages on one channel, with a window of those that are not confirmed."""

    def __init__(self, target: str):
        self.target, self.dump = target, settings.dumper()
        self.waiting: dict[int, asyncio.Future] = {}
        self.first, self.last = 1, 0
        self.is_returned = False

    async def open(self) -> None:
        self.own = Channel()
        await self.own.open(self.target)
        self.loop = asyncio.get_running_loop()
        self.own.channel.add_on_return_callback(self.take_back)
        answer = self.loop.create_future()
        self.own.channel.confirm_delivery(self.settle, callback=answer.set_result)
        await answer
        self.own.closed.add_done_callback(self.fail)

    def take_back(self, *_: object) -> None:
        self.is_returned = True

    def send(self, number: int, text: str, run: str, sent_at: int) -> Awaitable:
        fate = self.loop.create_future()
        self.last += 1
        self.waiting[self.last] = fate
        body = self.dump(entry(number, text, run, sent_at))
        self.own.channel.basic_publish(EXCHANGE, KEY, body, PERSISTENT_JSON, mandatory=True)
        return fate

    def settle(self, frame: pika.frame.Method) -> None:
        tag, is_taken = (
            frame.method.delivery_tag,
            isinstance(frame.method, pika.spec.Basic.Ack) and not self.is_returned,
        )
        if frame.method.multiple:
            tags = range(self.first, tag + 1)
            self.first = tag + 1
        else:
            tags = (tag,)
        for each in tags:
            fate = self.waiting.pop(each, None)
            if fate is None or fate.done():
                continue
            if is_taken:
                fate.set_result(None)
            else:
                fate.set_exception(Rejected(NOT_TAKEN))

    def fail(self, closed: asyncio.Future) -> None:
        for fate in self.waiting.values():
            if not fate.done():
                fate.set_exception(ConnectionError(f"the channel was closed: {closed.result()!r}"))

    async def close(self) -> None:
        await self.own.close()


class AMQPSenderAtDefaults:
    """Publishes by connections that block until a message is confirmed: a thread and a connection for each in flight."""

    def __init__(self, target: str, in_flight: int):
        self.target, self.in_flight, self.dump = target, in_flight, settings.dumper()
        self.bodies: queue.SimpleQueue = queue.SimpleQueue()

    async def open(self) -> None:
        self.loop = asyncio.get_running_loop()
        opened = [self.loop.create_future() for _ in range(self.in_flight)]
        self.threads = [threading.Thread(target=self.publish, args=(each,), daemon=True) for each in opened]
        for thread in self.threads:
            thread.start()
        await asyncio.gather(*opened)

    def tell(self, future: asyncio.Future, error: Exception | None) -> None:
        def told() -> None:
            if future.done():
                return
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

        self.loop.call_soon_threadsafe(told)

    def publish(self, opened: asyncio.Future) -> None:
        try:
            connection = pika.BlockingConnection(pika.URLParameters(self.target))
            channel = connection.channel()
            channel.exchange_declare(EXCHANGE, "topic", durable=True)
            channel.confirm_delivery()
        except pika.exceptions.AMQPError as error:
            self.tell(opened, ConnectionError(f"RabbitMQ cannot be reached: {error!r}"))
            return
        self.tell(opened, None)
        while work := self.bodies.get():
            body, fate = work
            try:
                channel.basic_publish(EXCHANGE, KEY, body, PERSISTENT_JSON, mandatory=True)
                self.tell(fate, None)
            except (pika.exceptions.UnroutableError, pika.exceptions.NackError):
                self.tell(fate, Rejected(NOT_TAKEN))
            except pika.exceptions.AMQPError as error:
                self.tell(fate, ConnectionError(repr(error)))
                return
        connection.close()

    def send(self, number: int, text: str, run: str, sent_at: int) -> Awaitable:
        fate = self.loop.create_future()
        self.bodies.put((self.dump(entry(number, text, run, sent_at)), fate))
        return fate

    async def close(self) -> None:
        for _ in self.threads:
            self.bodies.put(None)
        for thread in self.threads:
            await asyncio.to_thread(thread.join, 5)
