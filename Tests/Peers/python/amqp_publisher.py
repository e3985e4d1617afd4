"""Publishes log entries to the exchange logs_topic with publisher confirms, as a user of pika does."""

import json

import pika

import peer

flags = peer.parse(
    __doc__, to="amqp://127.0.0.1:5672", count=1, name="event", data="data", severity="INFO", content_type="text/plain"
)
acked, error = 0, ""

connection = pika.BlockingConnection(pika.URLParameters(flags.to))
channel = connection.channel()
channel.exchange_declare("logs_topic", exchange_type="topic", durable=True)
channel.confirm_delivery()
for i in range(flags.count):
    body = json.dumps({"name": flags.name, "data": f"{flags.data} #{i}"}, ensure_ascii=False)
    try:
        channel.basic_publish(
            "logs_topic",
            f"log.{flags.severity}",
            body.encode(),
            pika.BasicProperties(content_type=flags.content_type),
            mandatory=True,
        )
        acked += 1
    except (pika.exceptions.UnroutableError, pika.exceptions.NackError) as failure:
        error = error or repr(failure)
connection.close()

peer.finish(flags.count, acked, error=error)
