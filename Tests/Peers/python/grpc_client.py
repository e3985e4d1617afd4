"""Sends log entries with WriteLog, as a user of grpcio does."""

import grpc
import logs_pb2
import logs_pb2_grpc
import peer

flags = peer.parse(__doc__, to="127.0.0.1:50001", count=1, in_flight=1, name="event", data="data", tls_ca="")
acked, reply, error = 0, "", ""


def connect():
    if not flags.tls_ca:
        return grpc.insecure_channel(flags.to)
    with open(flags.tls_ca, "rb") as file:
        return grpc.secure_channel(flags.to, grpc.ssl_channel_credentials(root_certificates=file.read()))


with connect() as channel:
    logger = logs_pb2_grpc.LogServiceStub(channel)
    for first in range(0, flags.count, flags.in_flight):
        calls = [
            logger.WriteLog.future(
                logs_pb2.LogRequest(logEntry=logs_pb2.Log(name=flags.name, data=f"{flags.data} #{i}")), timeout=10
            )
            for i in range(first, min(first + flags.in_flight, flags.count))
        ]
        for call in calls:
            try:
                result = call.result().result
                acked += 1
                reply = reply or result
            except grpc.RpcError as failure:
                error = error or f"{failure.code().name}: {failure.details()}"

peer.finish(flags.count, acked, reply, error)
