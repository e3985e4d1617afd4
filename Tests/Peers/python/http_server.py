"""Receives log entries with POST /log on Python's own HTTP server and prints them."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import peer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in one write: the second of two would wait for the client's delayed acknowledgement of the first.
    wbufsize = 1 << 16

    def do_POST(self):
        entry = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        peer.say(name=entry["name"], data=entry["data"])
        body = json.dumps({"error": False, "message": "logged"}).encode()
        self.send_response(202)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


flags = peer.parse(__doc__, listen="127.0.0.1:0")
host, port = flags.listen.rsplit(":", 1)
server = ThreadingHTTPServer((host, int(port)), Handler)
peer.say(listen=f"{host}:{server.server_port}")
server.serve_forever()
