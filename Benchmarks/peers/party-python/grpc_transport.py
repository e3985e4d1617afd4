"""Both halves over gRPC: grpcio's asyncio."""

from collections.abc import Awaitable

import grpc
import logs_pb2
import logs_pb2_grpc
import settings
from ledger import Ledger

# No window is waited for, and no pings find it out.
WINDOW = [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 16 << 20)]
MOST_MESSAGE_BYTES = 20 << 20
END_LIMIT_S = 5


class LogService(logs_pb2_grpc.LogServiceServicer):
    """Records entries."""

    LOGGED = logs_pb2.LogResponse(result="logged")

    def __init__(self, entries: Ledger):
        self.entries = entries

    async def WriteLog(self, request: logs_pb2.LogRequest, _: grpc.aio.ServicerContext) -> logs_pb2.LogResponse:
        log = request.logEntry
        self.entries.record(log.run, log.seq, log.sent_at)
        return self.LOGGED


class GRPCLogger:
    """Takes entries until it is stopped."""

    def __init__(self, entries: Ledger):
        own = [] if settings.is_at_defaults else [("grpc.max_receive_message_length", MOST_MESSAGE_BYTES), *WINDOW]
        self.server = grpc.aio.server(options=own)
        logs_pb2_grpc.add_LogServiceServicer_to_server(LogService(entries), self.server)

    async def start(self, host: str, port: int) -> int:
        """Listens; the port."""
        bound = self.server.add_insecure_port(f"{host}:{port}")
        await self.server.start()
        return bound

    async def stop(self) -> None:
        await self.server.stop(grace=END_LIMIT_S)


class GRPCSender:
    """Calls ``WriteLog`` on a channel that has a connection of its own."""

    def __init__(self, target: str):
        own = [] if settings.is_at_defaults else [("grpc.max_send_message_length", -1), *WINDOW]
        self.channel = grpc.aio.insecure_channel(target, options=[*own, ("grpc.use_local_subchannel_pool", 1)])
        self.stub = logs_pb2_grpc.LogServiceStub(self.channel)

    async def open(self) -> None:
        await self.channel.channel_ready()

    def send(self, number: int, text: str, run: str, sent_at: int) -> Awaitable:
        log = logs_pb2.Log(name="bench", data=text, run=run, seq=number, sent_at=sent_at)
        return self.stub.WriteLog(logs_pb2.LogRequest(logEntry=log))

    async def close(self) -> None:
        await self.channel.close()
