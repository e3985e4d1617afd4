"""Relays connections to a RabbitMQ; cuts the first one, if asked to, in the midst of what the client sends or receives.

Prints where it listens, then a line for each connection, one when it has cut, and one for what the client of a connection
that has ended had acknowledged. Later connections are left alone.
"""

import contextlib
import socket
import threading

import peer

flags = peer.parse(__doc__, to="127.0.0.1:5672", direction="sent", frames=0, inside=0)
host, port = flags.to.rsplit(":", 1)


class Frames:
    """Finds the end of frame number `count` in a stream, and how many bytes of the next frame still go through."""

    def __init__(self, count, inside, preamble):
        self.count, self.inside = count, inside
        self.header = b""
        # The protocol header (AMQP 0-9-1, 4.2.2) is no frame.
        self.rest = preamble

    def allowed(self, data):
        """How many bytes of `data` lie before the cut; all of them if it is not reached."""
        offset = 0
        while offset < len(data):
            if self.count == 0 and self.inside > 0:
                step = min(self.inside, len(data) - offset)
                offset, self.inside = offset + step, self.inside - step
                if self.inside == 0:
                    return offset, True
                continue
            if self.count == 0:
                return offset, True
            if self.rest > 0:
                step = min(self.rest, len(data) - offset)
                offset, self.rest = offset + step, self.rest - step
                if self.rest == 0 and self.header:
                    self.header, self.count = b"", self.count - 1
                continue
            step = min(7 - len(self.header), len(data) - offset)
            self.header += data[offset : offset + step]
            offset += step
            if len(self.header) == 7:
                self.rest = int.from_bytes(self.header[3:7], "big") + 1
        return offset, self.count == 0 and self.inside == 0


class Acknowledgements:
    """Notes the delivery tag of the last basic.ack in what a client sends."""

    def __init__(self):
        self.tag = 0
        self.buffer = b""
        self.is_started = False

    def note(self, data):
        self.buffer += data
        if not self.is_started and len(self.buffer) >= 8:
            self.buffer, self.is_started = self.buffer[8:], True
        while self.is_started and len(self.buffer) >= 7:
            size = int.from_bytes(self.buffer[3:7], "big") + 8
            if len(self.buffer) < size:
                return
            frame, self.buffer = self.buffer[:size], self.buffer[size:]
            if frame[0] == 1 and frame[7:11] == bytes((0, 60, 0, 80)):
                self.tag = int.from_bytes(frame[11:19], "big")


def pump(source, target, frames, acknowledgements=None):
    """Copies until an end, or until the cut; then tells what was acknowledged."""
    copy(source, target, frames, acknowledgements)
    if acknowledgements and acknowledgements.tag:
        peer.say(acknowledged=acknowledgements.tag)


def copy(source, target, frames, acknowledgements):
    try:
        while data := source.recv(1 << 16):
            end, is_cut = frames.allowed(data) if frames else (len(data), False)
            target.sendall(data[:end])
            if acknowledgements:
                acknowledgements.note(data[:end])
            if is_cut:
                peer.say(cut=flags.direction, inside=flags.inside)
                source.shutdown(socket.SHUT_RDWR)
                target.shutdown(socket.SHUT_RDWR)
                return
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


listener = socket.create_server(("127.0.0.1", 0))
peer.say(listen=f"127.0.0.1:{listener.getsockname()[1]}")
number = 0
while True:
    client, _ = listener.accept()
    broker = socket.create_connection((host, int(port)))
    for end in (client, broker):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    number += 1
    peer.say(connection=number)
    sent = received = None
    if flags.frames and number == 1 and flags.direction == "sent":
        sent = Frames(flags.frames, flags.inside, preamble=8)
    if flags.frames and number == 1 and flags.direction == "received":
        received = Frames(flags.frames, flags.inside, preamble=0)
    threading.Thread(target=pump, args=(client, broker, sent, Acknowledgements()), daemon=True).start()
    threading.Thread(target=pump, args=(broker, client, received), daemon=True).start()
