"""Serves grpc.testing.TestService, with which gRPC implementations test each other."""

import time
from concurrent import futures

import grpc
import interop_pb2 as pb
import interop_pb2_grpc
import peer

INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"


def echo_metadata(context):
    for name, value in context.invocation_metadata():
        if name == INITIAL:
            context.send_initial_metadata(((INITIAL, value),))
        elif name == TRAILING:
            context.set_trailing_metadata(((TRAILING, value),))


def echo_status(request, context):
    if request.HasField("response_status") and request.response_status.code:
        codes = {code.value[0]: code for code in grpc.StatusCode}
        context.abort(codes[request.response_status.code], request.response_status.message)


def payload(size):
    return pb.Payload(body=b"\0" * size)


class TestService(interop_pb2_grpc.TestServiceServicer):
    def EmptyCall(self, request, context):
        echo_metadata(context)
        return pb.Empty()

    def UnaryCall(self, request, context):
        echo_metadata(context)
        echo_status(request, context)
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        else:
            context.disable_next_message_compression()
        return pb.SimpleResponse(payload=payload(request.response_size))

    def StreamingOutputCall(self, request, context):
        for parameters in request.response_parameters:
            time.sleep(parameters.interval_us / 1e6)
            yield pb.StreamingOutputCallResponse(payload=payload(parameters.size))

    def StreamingInputCall(self, requests, context):
        size = sum(len(request.payload.body) for request in requests)
        return pb.StreamingInputCallResponse(aggregated_payload_size=size)

    def FullDuplexCall(self, requests, context):
        echo_metadata(context)
        for request in requests:
            echo_status(request, context)
            for parameters in request.response_parameters:
                time.sleep(parameters.interval_us / 1e6)
                yield pb.StreamingOutputCallResponse(payload=payload(parameters.size))


flags = peer.parse(__doc__, listen="127.0.0.1:0")
server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
interop_pb2_grpc.add_TestServiceServicer_to_server(TestService(), server)
port = server.add_insecure_port(flags.listen)
server.start()
peer.say(listen=f"127.0.0.1:{port}")
server.wait_for_termination()
