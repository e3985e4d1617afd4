import FoundationEssentials
import GRPCTestKit
import GRPCTransport
import NIOCore
import SwiftProtobuf

/// `grpc.testing.TestService`, served by this project's engine: gRPC, "Interoperability Test Case Descriptions".
enum InteropService {
    static let name = "grpc.testing.TestService"
    static let initialName = "x-grpc-test-echo-initial"
    static let trailingName = "x-grpc-test-echo-trailing-bin"

    static var service: GRPCService { GRPCService(name, methods) }

    private static var methods: [String: GRPCMethod] {
        [
            "EmptyCall": .unary { (message, call) throws(GRPCStatus) in
                let request = try decode(Grpc_Testing_Empty.self, message)
                echoMetadata(call)
                return try encode(request)
            },
            "UnaryCall": .unary(unaryCall),
            "StreamingOutputCall": .serverStreaming { (message, _) throws(GRPCStatus) in
                var sizes = try decode(Grpc_Testing_StreamingOutputCallRequest.self, message).responseParameters
                    .map { Int($0.size) }[...]
                return { sizes.popFirst().flatMap { try? encode(output($0)) } }
            },
            "StreamingInputCall": .clientStreaming(
                { 0 },
                { (size: inout Int, message, call) throws(GRPCStatus) in
                    let request = try decode(Grpc_Testing_StreamingInputCallRequest.self, message)
                    try check(request.hasExpectCompressed && request.expectCompressed.value, call)
                    size += request.payload.body.count
                },
                { (size, _) throws(GRPCStatus) in
                    var response = Grpc_Testing_StreamingInputCallResponse()
                    response.aggregatedPayloadSize = Int32(size)
                    return try encode(response)
                }),
            "FullDuplexCall": .bidirectional { FullDuplexCall() },
        ]
    }

    private static func unaryCall(_ message: RawSpan, _ call: ServerCall) throws(GRPCStatus) -> [UInt8] {
        let request = try decode(Grpc_Testing_SimpleRequest.self, message)
        echoMetadata(call)
        try check(request.hasExpectCompressed && request.expectCompressed.value, call)
        try check(request.responseStatus)
        var response = Grpc_Testing_SimpleResponse()
        response.payload.body = .init(count: Int(request.responseSize))
        let encoded = try encode(response)
        guard request.responseCompressed.value else { return encoded }
        call.useGzip()
        call.send(encoded, compressed: true)
        call.finish(.ok)
        return []
    }

    static func echoMetadata(_ call: ServerCall) {
        if let value = call.metadata[initialName] { try? call.initialMetadata.add(initialName, value) }
        if let value = call.metadata[binary: trailingName] {
            try? call.trailingMetadata.add(binary: trailingName, value)
        }
    }

    static func check(_ status: Grpc_Testing_EchoStatus) throws(GRPCStatus) {
        guard status.code != 0 else { return }
        throw GRPCStatus(GRPCStatus.Code(rawValue: Int(status.code)) ?? .unknown, status.message)
    }

    /// "if expect_compressed is true and the message is not, the call fails with INVALID_ARGUMENT".
    private static func check(_ isCompressionExpected: Bool, _ call: ServerCall) throws(GRPCStatus) {
        guard isCompressionExpected && !call.isMessageCompressed else { return }
        throw GRPCStatus(.invalidArgument, "the message was not compressed")
    }

    static func output(_ size: Int) -> Grpc_Testing_StreamingOutputCallResponse {
        var response = Grpc_Testing_StreamingOutputCallResponse()
        response.payload.body = .init(count: size)
        return response
    }

    static func decode<Message: SwiftProtobuf.Message>(
        _ type: Message.Type, _ bytes: RawSpan
    ) throws(GRPCStatus) -> Message {
        do {
            return try Message(serializedBytes: bytes.withUnsafeBytes { Array($0) })
        } catch {
            throw GRPCStatus(.invalidArgument, "not a \(type): \(error)")
        }
    }

    static func encode(_ message: some SwiftProtobuf.Message) throws(GRPCStatus) -> [UInt8] {
        do {
            return try message.serializedBytes()
        } catch {
            throw GRPCStatus(.internalError, "\(error)")
        }
    }
}

/// Answers each request with as many replies as it asks for, after the waits that it asks for.
private final class FullDuplexCall: ServerCallHandler {
    private var waiting: [Grpc_Testing_ResponseParameters] = []
    private var isWaiting = false
    private var hasStarted = false
    private var hasEnded = false

    func received(_ message: RawSpan, on call: ServerCall) {
        do throws(GRPCStatus) {
            let request = try InteropService.decode(Grpc_Testing_StreamingOutputCallRequest.self, message)
            if !hasStarted { InteropService.echoMetadata(call) }
            hasStarted = true
            try InteropService.check(request.responseStatus)
            waiting += request.responseParameters
        } catch {
            return call.finish(error)
        }
        proceed(call)
    }

    func receivedEnd(on call: ServerCall) {
        hasEnded = true
        proceed(call)
    }

    func canSend(on call: ServerCall) {
        proceed(call)
    }

    private func proceed(_ call: ServerCall) {
        while !isWaiting, call.canSend, let next = waiting.first {
            waiting.removeFirst()
            guard next.intervalUs > 0 else {
                answer(next, call)
                continue
            }
            isWaiting = true
            call.after(.microseconds(Int64(next.intervalUs))) { [unowned call] in
                self.isWaiting = false
                self.answer(next, call)
                self.proceed(call)
            }
        }
        if hasEnded && !isWaiting && waiting.isEmpty { call.finish(.ok) }
    }

    private func answer(_ parameters: Grpc_Testing_ResponseParameters, _ call: ServerCall) {
        if let message = try? InteropService.encode(InteropService.output(Int(parameters.size))) { call.send(message) }
    }
}
