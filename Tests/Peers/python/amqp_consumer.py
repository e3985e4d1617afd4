"""Consumes log entries from the exchange logs_topic, as a user of pika does, and prints them with their routing key."""

import json

import peer
import pika

flags = peer.parse(__doc__, to="amqp://127.0.0.1:5672", queue="", keys="log.INFO,log.WARNING,log.ERROR", sizes="")

connection = pika.BlockingConnection(pika.URLParameters(flags.to))
channel = connection.channel()
channel.exchange_declare("logs_topic", exchange_type="topic", durable=True)
queue = channel.queue_declare(flags.queue, exclusive=flags.queue == "", durable=flags.queue != "").method.queue
for key in flags.keys.split(","):
    channel.queue_bind(queue, "logs_topic", routing_key=key)


def consume(channel, delivery, properties, body):
    entry = json.loads(body)
    peer.say(
        name=entry["name"],
        # With --sizes, the size of the text instead of the text.
        data=str(len(entry["data"])) if flags.sizes else entry["data"],
        key=delivery.routing_key,
        content_type=properties.content_type,
        message_id=properties.message_id,
        size=len(body),
    )
    channel.basic_ack(delivery.delivery_tag)


channel.basic_consume(queue, consume)
peer.say(queue=queue)
channel.start_consuming()
