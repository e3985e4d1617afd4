"""Publishes log entries to the exchange logs_topic with publisher confirms, as a user of pika does."""

import json

import peer
import pika

flags = peer.parse(
    __doc__,
    to="amqp://127.0.0.1:5672",
    count=1,
    name="event",
    data="data",
    severity="INFO",
    content_type="text/plain",
    # One body of each of these sizes instead, separated by commas.
    sizes="",
)
acked, error = 0, ""


def body_of(size):
    """A body of exactly that size: an entry where one fits, and blanks where none does."""
    framework = len('{"name":"size","data":""}')
    return b" " * size if size < framework else b'{"name":"size","data":"' + b"x" * (size - framework) + b'"}'


if flags.sizes:
    bodies = [body_of(int(size)) for size in flags.sizes.split(",")]
else:
    numbered = ({"name": flags.name, "data": f"{flags.data} #{i}"} for i in range(flags.count))
    bodies = [json.dumps(entry, ensure_ascii=False).encode() for entry in numbered]

connection = pika.BlockingConnection(pika.URLParameters(flags.to))
channel = connection.channel()
channel.exchange_declare("logs_topic", exchange_type="topic", durable=True)
channel.confirm_delivery()
for body in bodies:
    try:
        channel.basic_publish(
            "logs_topic",
            f"log.{flags.severity}",
            body,
            pika.BasicProperties(content_type=flags.content_type, delivery_mode=2),
            mandatory=True,
        )
        acked += 1
    except (pika.exceptions.UnroutableError, pika.exceptions.NackError) as failure:
        error = error or repr(failure)
connection.close()

peer.finish(len(bodies), acked, error=error)
