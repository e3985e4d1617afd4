"""Uses a logger's health and reflection services with grpcio's own clients, without its proto file."""

import sys

import grpc
import peer
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVING = health_pb2.HealthCheckResponse.SERVING
SERVICES = {
    "logs.LogService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
}


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def request(service):
    return health_pb2.HealthCheckRequest(service=service)


def health_check(channel):
    health = health_pb2_grpc.HealthStub(channel)
    for service in {"", *SERVICES}:
        status = health.Check(request(service), timeout=10).status
        expect(status == SERVING, f"{service}: {status}")


def health_check_unknown(channel):
    try:
        health_pb2_grpc.HealthStub(channel).Check(request("no.Such"), timeout=10)
    except grpc.RpcError as failure:
        expect(failure.code() == grpc.StatusCode.NOT_FOUND, f"{failure.code()}: {failure.details()}")
    else:
        raise AssertionError("an unknown service is well")


def health_watch(channel):
    health = health_pb2_grpc.HealthStub(channel)
    unknown = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    for service, wanted in [("", SERVING), ("logs.LogService", SERVING), ("no.Such", unknown)]:
        watch = health.Watch(request(service), timeout=10)
        status = next(watch).status
        expect(status == wanted, f"{service}: {status}")
        expect(watch.is_active(), f"{service}: the watch has ended")
        watch.cancel()


def health_list(channel):
    statuses = health_pb2_grpc.HealthStub(channel).List(health_pb2.HealthListRequest(), timeout=10).statuses
    expect(set(statuses) == {"", *SERVICES}, f"{sorted(statuses)}")
    expect(all(entry.status == SERVING for entry in statuses.values()), f"{statuses}")


def health_stop(channel):
    """Says when it watches; the logger is then stopped, which the watch has to tell before it ends."""
    watch = health_pb2_grpc.HealthStub(channel).Watch(request(""), timeout=20)
    expect(next(watch).status == SERVING, "not serving at first")
    peer.say(watching=True)
    status = next(watch).status
    expect(status == health_pb2.HealthCheckResponse.NOT_SERVING, f"{status}")


def reflection_services(channel):
    listed = set(ProtoReflectionDescriptorDatabase(channel).get_services())
    expect(listed == SERVICES, f"{sorted(listed)}")


def reflection_call(channel):
    """Finds WriteLog's types by reflection and calls it with them."""
    pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    method = pool.FindServiceByName("logs.LogService").FindMethodByName("WriteLog")
    expect(method.input_type.full_name == "logs.LogRequest", method.input_type.full_name)
    request_type = message_factory.GetMessageClass(method.input_type)
    response_type = message_factory.GetMessageClass(method.output_type)
    entry = request_type()
    entry.logEntry.name, entry.logEntry.data = "reflected", "no proto file"
    call = channel.unary_unary(
        "/logs.LogService/WriteLog",
        request_serializer=request_type.SerializeToString,
        response_deserializer=response_type.FromString,
    )
    expect(call(entry, timeout=10).result == "logged", "not logged")


def questions(channel, version, items):
    """Asks in one call; v1 has v1alpha's messages."""
    call = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    asked = [reflection_pb2.ServerReflectionRequest(host="here", **item) for item in items]
    answers = list(call(iter(asked), timeout=10))
    expect([answer.original_request for answer in answers] == asked, "the questions do not come back")
    expect(all(answer.valid_host == "here" for answer in answers), "the host does not come back")
    return answers


def reflection_files(channel):
    symbols = [
        "logs.LogService",
        "logs.LogService.WriteLog",
        "logs.Log",
        "logs.Log.sent_at",
        "logs.Severity",
        "logs.SEVERITY_ERROR",
    ]
    for version in ["v1", "v1alpha"]:
        items = [{"file_by_filename": "logs.proto"}] + [{"file_containing_symbol": symbol} for symbol in symbols]
        for answer in questions(channel, version, items):
            (file,) = answer.file_descriptor_response.file_descriptor_proto
            expect(descriptor_pb2.FileDescriptorProto.FromString(file).name == "logs.proto", f"{answer}")
        own = {"file_containing_symbol": f"grpc.reflection.{version}.ServerReflectionResponse.error_response"}
        (answer,) = questions(channel, version, [own])
        (file,) = answer.file_descriptor_response.file_descriptor_proto
        package = descriptor_pb2.FileDescriptorProto.FromString(file).package
        expect(package == f"grpc.reflection.{version}", package)


def reflection_errors(channel):
    extension = reflection_pb2.ExtensionRequest(containing_type="logs.Log", extension_number=100)
    wrong = [
        {"file_by_filename": "no.proto"},
        {"file_containing_symbol": "logs.No"},
        {"file_containing_symbol": ""},
        {"file_containing_extension": extension},
        {"all_extension_numbers_of_type": "logs.No"},
    ]
    for version in ["v1", "v1alpha"]:
        for answer in questions(channel, version, wrong):
            code = answer.error_response.error_code
            expect(code == grpc.StatusCode.NOT_FOUND.value[0], f"{answer}")
        (answer,) = questions(channel, version, [{"all_extension_numbers_of_type": "logs.Log"}])
        numbers = answer.all_extension_numbers_response
        expect(numbers.base_type_name == "logs.Log" and not numbers.extension_number, f"{answer}")


flags = peer.parse(__doc__, to="127.0.0.1:50001", case="")
with grpc.insecure_channel(flags.to) as channel:
    try:
        globals()[flags.case](channel)
    except (AssertionError, grpc.RpcError) as failure:
        peer.say(passed=False, why=f"{failure}")
        sys.exit(1)
    peer.say(passed=True)
