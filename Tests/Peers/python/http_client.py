"""Sends log entries with POST /log, as a service written with Python's requests does."""

import itertools
import threading

import peer
import requests

flags = peer.parse(__doc__, to="127.0.0.1:8080", count=1, name="event", data="some log data", in_flight=1)
numbers = itertools.count()
acked = 0
reply = error = ""
lock = threading.Lock()


def send():
    """Sends one entry after the other on a session, and so on a connection, of its own."""
    global acked, reply, error
    with requests.Session() as session:
        for number in iter(lambda: next(numbers), None):
            if number >= flags.count:
                return
            answer = session.post(
                f"http://{flags.to}/log", json={"name": flags.name, "data": f"{flags.data} #{number}"}, timeout=10
            )
            with lock:
                if answer.status_code == 202 and answer.json() == {"error": False, "message": "logged"}:
                    acked += 1
                    reply = answer.json()["message"]
                else:
                    error = answer.text


threads = [threading.Thread(target=send) for _ in range(flags.in_flight)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
peer.finish(flags.count, acked, reply, error)
