"""Prints how many messages a queue holds that exists already."""

import peer
import pika

flags = peer.parse(__doc__, to="amqp://127.0.0.1:5672", queue="")

connection = pika.BlockingConnection(pika.URLParameters(flags.to))
peer.say(messages=connection.channel().queue_declare(flags.queue, passive=True).method.message_count)
connection.close()
