"""Runs one of gRPC's interoperability test cases against a server of grpc.testing.TestService."""

import queue
import sys
import time

import grpc
import interop_pb2 as pb
import interop_pb2_grpc
import peer

INITIAL, INITIAL_VALUE = "x-grpc-test-echo-initial", "test_initial_metadata_value"
TRAILING, TRAILING_VALUE = "x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"
LARGE_REQUEST, LARGE_RESPONSE = 271828, 314159


def payload(size):
    return pb.Payload(body=b"\0" * size)


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def fails_with(call, code, details=None):
    try:
        call()
    except grpc.RpcError as failure:
        expect(failure.code() == code, f"{failure.code()} instead of {code}: {failure.details()}")
        if details is not None:
            expect(failure.details() == details, f"details {failure.details()!r} instead of {details!r}")
        return
    raise AssertionError(f"no failure instead of {code}")


class Requests:
    """Requests that are sent when they are put."""

    def __init__(self):
        self.queue = queue.Queue()

    def put(self, request):
        self.queue.put(request)

    def end(self):
        self.queue.put(None)

    def __iter__(self):
        return self

    def __next__(self):
        request = self.queue.get()
        if request is None:
            raise StopIteration
        return request


def output_request(sizes, body=0, interval_us=0):
    parameters = [pb.ResponseParameters(size=size, interval_us=interval_us) for size in sizes]
    return pb.StreamingOutputCallRequest(response_parameters=parameters, payload=payload(body))


def empty_unary(stub):
    expect(stub.EmptyCall(pb.Empty()) == pb.Empty(), "not empty")


def large_unary(stub):
    reply = stub.UnaryCall(pb.SimpleRequest(response_size=LARGE_RESPONSE, payload=payload(LARGE_REQUEST)))
    expect(reply.payload.body == b"\0" * LARGE_RESPONSE, f"{len(reply.payload.body)} bytes")


def client_streaming(stub):
    requests = (pb.StreamingInputCallRequest(payload=payload(size)) for size in (27182, 8, 1828, 45904))
    expect(stub.StreamingInputCall(requests).aggregated_payload_size == 74922, "the sizes do not add up")


def server_streaming(stub):
    sizes = [31415, 9, 2653, 58979]
    got = [len(reply.payload.body) for reply in stub.StreamingOutputCall(output_request(sizes))]
    expect(got == sizes, got)


def ping_pong(stub):
    requests = Requests()
    replies = stub.FullDuplexCall(requests)
    for size, body in zip((31415, 9, 2653, 58979), (27182, 8, 1828, 45904), strict=True):
        requests.put(output_request([size], body))
        got = len(next(replies).payload.body)
        expect(got == size, f"{got} instead of {size}")
    requests.end()
    expect(list(replies) == [], "more replies than requests")


def empty_stream(stub):
    expect(list(stub.FullDuplexCall(iter(()))) == [], "replies to nothing")


def timeout_on_sleeping_server(stub):
    requests = Requests()
    requests.put(output_request([], 27182))
    fails_with(lambda: list(stub.FullDuplexCall(requests, timeout=0.05)), grpc.StatusCode.DEADLINE_EXCEEDED)
    requests.end()


def cancel_after_begin(stub):
    call = stub.StreamingInputCall.future(iter(Requests()))
    call.cancel()
    expect(call.cancelled() and call.code() == grpc.StatusCode.CANCELLED, call.code())


def cancel_after_first_response(stub):
    requests = Requests()
    replies = stub.FullDuplexCall(requests)
    requests.put(output_request([31415], 27182))
    expect(len(next(replies).payload.body) == 31415, "the first reply")
    replies.cancel()
    fails_with(lambda: next(replies), grpc.StatusCode.CANCELLED)
    requests.end()


def custom_metadata(stub):
    metadata = ((INITIAL, INITIAL_VALUE), (TRAILING, TRAILING_VALUE))
    request = pb.SimpleRequest(response_size=LARGE_RESPONSE, payload=payload(LARGE_REQUEST))
    _, call = stub.UnaryCall.with_call(request, metadata=metadata)
    stream = stub.FullDuplexCall(iter([output_request([10], 10)]), metadata=metadata)
    expect(len(list(stream)) == 1, "one reply")
    for made in (call, stream):
        expect((INITIAL, INITIAL_VALUE) in list(made.initial_metadata()), made.initial_metadata())
        expect((TRAILING, TRAILING_VALUE) in list(made.trailing_metadata()), made.trailing_metadata())


def status_code_and_message(stub, message="test status message"):
    status = pb.EchoStatus(code=2, message=message)
    request = pb.SimpleRequest(response_status=status)
    fails_with(lambda: stub.UnaryCall(request), grpc.StatusCode.UNKNOWN, message)
    stream = iter([pb.StreamingOutputCallRequest(response_status=status)])
    fails_with(lambda: list(stub.FullDuplexCall(stream)), grpc.StatusCode.UNKNOWN, message)


def special_status_message(stub):
    message = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
    fails_with(
        lambda: stub.UnaryCall(pb.SimpleRequest(response_status=pb.EchoStatus(code=2, message=message))),
        grpc.StatusCode.UNKNOWN,
        message,
    )


def unimplemented_method(stub):
    fails_with(lambda: stub.UnimplementedCall(pb.Empty()), grpc.StatusCode.UNIMPLEMENTED)


def unimplemented_service(stub):
    other = interop_pb2_grpc.UnimplementedServiceStub(channel)
    fails_with(lambda: other.UnimplementedCall(pb.Empty()), grpc.StatusCode.UNIMPLEMENTED)


def client_compressed_unary(stub):
    def call(is_compressed, is_expected):
        request = pb.SimpleRequest(
            response_size=LARGE_RESPONSE,
            payload=payload(LARGE_REQUEST),
            expect_compressed=pb.BoolValue(value=is_expected),
        )
        compression = grpc.Compression.Gzip if is_compressed else grpc.Compression.NoCompression
        return stub.UnaryCall(request, compression=compression)

    fails_with(lambda: call(False, True), grpc.StatusCode.INVALID_ARGUMENT)
    for flag in (True, False):
        expect(len(call(flag, flag).payload.body) == LARGE_RESPONSE, "the reply")


def server_compressed_unary(stub):
    for flag in (True, False):
        reply = stub.UnaryCall(
            pb.SimpleRequest(
                response_size=LARGE_RESPONSE,
                payload=payload(LARGE_REQUEST),
                response_compressed=pb.BoolValue(value=flag),
            )
        )
        expect(len(reply.payload.body) == LARGE_RESPONSE, "the reply")


flags = peer.parse(__doc__, to="127.0.0.1:50001", case="empty_unary")
started = time.monotonic()
with grpc.insecure_channel(flags.to) as channel:
    try:
        globals()[flags.case](interop_pb2_grpc.TestServiceStub(channel))
    except (AssertionError, grpc.RpcError) as failure:
        peer.say(case=flags.case, passed=False, why=str(failure))
        sys.exit(1)
peer.say(case=flags.case, passed=True, seconds=time.monotonic() - started)
