"""Abuses a gRPC server on one socket, one way a run; it has to end the connection, or the call, as it is expected to."""

import socket
import struct
import sys
import time

import peer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS = 1, 4
FIELDS = [
    (b":method", b"POST"),
    (b":scheme", b"http"),
    (b":path", b"/logs.LogService/WriteLog"),
    (b":authority", b"x"),
    (b"te", b"trailers"),
    (b"content-type", b"application/grpc"),
]


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """RFC 7541 6.2.2, texts of up to 126 bytes."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def block(path=None):
    return b"".join(literal(name, path if path and name == b":path" else value) for name, value in FIELDS)


def headers(stream, flags=END_HEADERS, path=None):
    return frame(HEADERS, flags, stream, block(path))


def odd(count):
    return range(1, 2 * count, 2)


OPENING = PREFACE + frame(SETTINGS, 0, 0)


def rapid_reset():
    yield OPENING
    for stream in odd(100_000):
        yield headers(stream) + frame(RST_STREAM, 0, stream, struct.pack(">I", 8))


def continuation_flood():
    yield OPENING + frame(HEADERS, 0, 1, block())
    for number in range(100_000):
        yield frame(CONTINUATION, 0, 1, literal(b"x-%d" % number, b"y" * 100))


def empty_continuation_flood():
    yield OPENING + frame(HEADERS, 0, 1, block())
    for _ in range(1_000_000):
        yield frame(CONTINUATION, 0, 1)


def settings_flood():
    yield OPENING
    for _ in range(1_000_000):
        yield frame(SETTINGS, 0, 0)


def ping_flood():
    yield OPENING
    for _ in range(1_000_000):
        yield frame(PING, 0, 0, b"hostile!")


def empty_data_flood():
    yield OPENING + headers(1)
    for _ in range(1_000_000):
        yield frame(DATA, 0, 1)


def priority_flood():
    yield OPENING
    for _ in range(1_000_000):
        yield frame(PRIORITY, 0, 1, b"\0\0\0\3\1")


def hpack_bomb():
    """One large entry of the dynamic table, then references of one byte to it: 4 KB a byte."""
    # RFC 7541 5.1: a length of 127 + 1 + 30 * 128 behind a prefix of 7 bits.
    large = b"\x40\x01x\x7f\x81\x1e" + b"a" * (127 + 1 + 30 * 128)
    yield OPENING
    for stream in odd(1000):
        yield frame(HEADERS, END_HEADERS | END_STREAM, stream, block() + large + b"\xbe" * 10_000)


def zero_window():
    """RFC 9113 6.9.2: with an initial window of 0 nothing may be sent of an answer's body.

    What is asked is the list of services, to which any server has an answer.
    """
    path = b"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    yield PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0))
    for stream in odd(500):
        yield headers(stream, path=path) + frame(DATA, END_STREAM, stream, b"\0\0\0\0\2\x3a\0")


def no_preface():
    yield b""


def half_preface():
    yield PREFACE[:10]


def preface_without_settings():
    yield PREFACE


def half_frame():
    yield OPENING + frame(HEADERS, END_HEADERS, 1, block())[:20]


def half_header_list():
    yield OPENING + frame(HEADERS, 0, 1, block())


def half_message():
    yield OPENING + headers(1) + frame(DATA, 0, 1, b"\0\0\1\0\0half")[:12]


# What has to end the connection; the code of the GOAWAY where it is RFC 9113's choice and not the library's.
CASES = {
    rapid_reset: None,
    continuation_flood: None,
    empty_continuation_flood: None,
    settings_flood: None,
    ping_flood: 11,
    empty_data_flood: 11,
    priority_flood: 11,
    hpack_bomb: None,
    zero_window: 11,
    no_preface: None,
    half_preface: None,
    preface_without_settings: None,
    half_frame: 11,
    half_header_list: 11,
    half_message: 11,
}


def ended(connection, limit):
    """Reads until the server ends the connection; returns the code of its last GOAWAY, if it said one."""
    received = b""
    connection.settimeout(limit)
    try:
        while chunk := connection.recv(1 << 16):
            received += chunk
    except ConnectionResetError:
        pass
    code, offset = None, 0
    while offset + 9 <= len(received):
        length = int.from_bytes(received[offset : offset + 3], "big")
        if received[offset + 3] == GOAWAY:
            code = int.from_bytes(received[offset + 13 : offset + 17], "big")
        offset += 9 + length
    return code


flags = peer.parse(__doc__, to="127.0.0.1:50001", case="", within=20.0)
case, wanted = next((case, code) for case, code in CASES.items() if case.__name__ == flags.case)
host, port = flags.to.rsplit(":", 1)
start = time.monotonic()
with socket.create_connection((host, int(port))) as connection:
    sent, buffer = 0, b""
    # The server may end the connection, or stop reading, long before all is sent.
    connection.settimeout(flags.within)
    try:
        for part in case():
            buffer += part
            if len(buffer) > 1 << 15:
                connection.sendall(buffer)
                sent, buffer = sent + len(buffer), b""
        connection.sendall(buffer)
        sent += len(buffer)
    except (BrokenPipeError, ConnectionResetError):
        pass
    except TimeoutError:
        peer.say(passed=False, why="the server neither reads nor ends the connection")
        sys.exit(1)
    try:
        code = ended(connection, flags.within)
    except TimeoutError:
        peer.say(passed=False, why=f"the connection goes on after {sent} bytes")
        sys.exit(1)
passed = wanted is None or code is None or code == wanted
peer.say(passed=passed, why=f"GOAWAY {code} after {sent} bytes, {time.monotonic() - start:.1f} s")
