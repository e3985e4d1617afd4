"""Refuses what is sent there, in words that would control a terminal. Prints its address first.

rude_server.py http|netrpc|grpc
"""

import concurrent.futures
import json
import socket
import sys

RUDE = "\x1b[2J\x1b]0;pwned\x07\x9b31m\u202e\nsent 1, acknowledged 1, failed 0"


def say(address: str) -> None:
    print(json.dumps({"target": address}), flush=True)


def serve_http(connection: socket.socket) -> None:
    connection.recv(65536)
    body = json.dumps({"error": True, "message": RUDE}).encode()
    head = f"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


def uint(value: int) -> bytes:
    if value < 128:
        return bytes([value])
    big = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([256 - len(big)]) + big


def text(value: str) -> bytes:
    return uint(len(value.encode())) + value.encode()


def message(content: bytes) -> bytes:
    return uint(len(content)) + content


def serve_netrpc(connection: socket.socket) -> None:
    """Answers Seq 0 with an error: gob, type 65 is Response{ServiceMethod, Seq, Error}, type 66 is struct{}."""
    connection.recv(65536)
    fields = b"".join(
        b"\1" + text(name) + b"\1" + uint(kind << 1) + b"\0"
        for name, kind in (("ServiceMethod", 6), ("Seq", 3), ("Error", 6))
    )
    response = message(b"\xff\x81\3\1\1" + text("Response") + b"\1\xff\x82\0\1\3" + fields + b"\0\0")
    empty = message(b"\xff\x83\3\1\1" + text("InvalidRequest") + b"\1\xff\x84\0\0\0")
    answer = message(b"\xff\x82\1" + text("RPCServer.LogInfo") + b"\2" + text(RUDE) + b"\0")
    connection.sendall(response + answer + empty + message(b"\xff\x84\0"))


def serve_grpc() -> None:
    import grpc

    class Refusal(grpc.GenericRpcHandler):
        def service(self, _details):
            def refuse(_request, context):
                context.abort(grpc.StatusCode.INTERNAL, RUDE)

            return grpc.unary_unary_rpc_method_handler(refuse)

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((Refusal(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    say(f"127.0.0.1:{port}")
    server.wait_for_termination()


def main() -> None:
    kind = sys.argv[1]
    if kind == "grpc":
        serve_grpc()
        return
    listener = socket.create_server(("127.0.0.1", 0))
    say(f"127.0.0.1:{listener.getsockname()[1]}")
    while True:
        connection, _ = listener.accept()
        {"http": serve_http, "netrpc": serve_netrpc}[kind](connection)


main()
