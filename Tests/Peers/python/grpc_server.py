"""Receives log entries with WriteLog, as a user of grpcio does, and prints them."""

from concurrent import futures

import grpc
import logs_pb2
import logs_pb2_grpc
import peer


class LogService(logs_pb2_grpc.LogServiceServicer):
    def WriteLog(self, request, context):
        entry = request.logEntry
        if entry.name == "refuse":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "this logger refuses the entry")
        peer.say(name=entry.name, data=entry.data)
        return logs_pb2.LogResponse(result="logged!")


flags = peer.parse(__doc__, listen="127.0.0.1:0", tls_certificate="", tls_key="")
server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
logs_pb2_grpc.add_LogServiceServicer_to_server(LogService(), server)
if flags.tls_certificate:
    with open(flags.tls_certificate, "rb") as certificate, open(flags.tls_key, "rb") as key:
        credentials = grpc.ssl_server_credentials([(key.read(), certificate.read())])
    port = server.add_secure_port(flags.listen, credentials)
else:
    port = server.add_insecure_port(flags.listen)
server.start()
peer.say(listen=flags.listen if flags.listen.startswith("unix:") else f"127.0.0.1:{port}")
server.wait_for_termination()
