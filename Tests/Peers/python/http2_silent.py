"""Begins to speak HTTP/2 with a server, says nothing more, and prints the frames that the server ends the connection with.

http2_silent.py HOST:PORT
"""

import socket
import struct
import sys

host, _, port = sys.argv[1].rpartition(":")
connection = socket.create_connection((host, int(port)), timeout=20)
# The preface, empty SETTINGS, and what acknowledges the server's (RFC 9113 3.4, 6.5).
connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\4\0" + bytes(4) + bytes(3) + b"\4\1" + bytes(4))
received = b""
while part := connection.recv(65536):
    received += part
while len(received) >= 9:
    length, kind, flags, stream = struct.unpack(">I", b"\0" + received[:3])[0], received[3], received[4], received[5:9]
    payload, received = received[9 : 9 + length], received[9 + length :]
    if kind == 6:
        print("PING")
    if kind == 7:
        print("GOAWAY", struct.unpack(">I", payload[4:8])[0], payload[8:].decode())
