import Broker
import FoundationEssentials
import GRPCTestKit
import GRPCTransport
import NIOCore
import SwiftProtobuf
import Testing

/// This project's client runs the published interop cases against grpcio's server.
@Suite struct GRPCClientCaseTests {
    private static let service = "/grpc.testing.TestService/"
    private static let (largeRequest, largeResponse) = (271_828, 314_159)

    /// Runs grpcio's server, and a channel to it.
    private func withServer(_ body: @escaping @Sendable (GRPCChannel) async throws -> Void) async throws {
        try await withProgram(.python("grpc_interop_server")) { server in
            let address = try await server.line(ListenLine.self).listen
            try await withGRPCChannel(to: Endpoint(parsing: address), body)
        }
    }

    private static func simpleRequest(
        _ change: (inout Grpc_Testing_SimpleRequest) -> Void = { _ in }
    ) throws -> [UInt8] {
        var request = Grpc_Testing_SimpleRequest()
        request.responseSize = Int32(largeResponse)
        request.payload.body = .init(count: largeRequest)
        change(&request)
        return try request.serializedBytes()
    }

    private static func outputRequest(_ sizes: [Int], body: Int = 0, code: Int32 = 0, message: String = "") throws
        -> [UInt8]
    {
        var request = Grpc_Testing_StreamingOutputCallRequest()
        request.responseParameters = sizes.map { size in
            var parameters = Grpc_Testing_ResponseParameters()
            parameters.size = Int32(size)
            return parameters
        }
        request.payload.body = .init(count: body)
        if code != 0 {
            request.responseStatus.code = code
            request.responseStatus.message = message
        }
        return try request.serializedBytes()
    }

    private static func outputSize(_ message: ReceivedCallMessage?) throws -> Int? {
        try message.map { try Grpc_Testing_StreamingOutputCallResponse(serializedBytes: $0.bytes).payload.body.count }
    }

    private static func failure(_ body: () async throws(CallEnd) -> Void) async -> GRPCStatus? {
        do throws(CallEnd) {
            try await body()
            return nil
        } catch {
            return error.status
        }
    }

    @Test("empty_unary", .needs(.python("grpc_interop_server"))) func emptyUnary() async throws {
        try await withServer { channel in
            let reply = try await channel.unary(Self.service + "EmptyCall", [])
            #expect(reply.message.bytes.isEmpty)
        }
    }

    @Test("large_unary", .needs(.python("grpc_interop_server"))) func largeUnary() async throws {
        try await withServer { channel in
            let reply = try await channel.unary(Self.service + "UnaryCall", Self.simpleRequest())
            let response = try Grpc_Testing_SimpleResponse(serializedBytes: reply.message.bytes)
            #expect(response.payload.body.count == Self.largeResponse)
        }
    }

    @Test("client_streaming", .needs(.python("grpc_interop_server"))) func clientStreaming() async throws {
        try await withServer { channel in
            let call = try await channel.call(Self.service + "StreamingInputCall")
            for size in [27182, 8, 1828, 45904] {
                var request = Grpc_Testing_StreamingInputCallRequest()
                request.payload.body = .init(count: size)
                try await call.send(request.serializedBytes())
            }
            await call.sendEnd()
            let message = try #require(try await call.next())
            let response = try Grpc_Testing_StreamingInputCallResponse(serializedBytes: message.bytes)
            #expect(response.aggregatedPayloadSize == 74922)
            #expect(try await call.next() == nil)
        }
    }

    @Test("server_streaming", .needs(.python("grpc_interop_server"))) func serverStreaming() async throws {
        try await withServer { channel in
            let sizes = [31415, 9, 2653, 58979]
            let call = try await channel.call(Self.service + "StreamingOutputCall")
            try await call.send(Self.outputRequest(sizes))
            await call.sendEnd()
            var got: [Int] = []
            while let size = try Self.outputSize(try await call.next()) { got.append(size) }
            #expect(got == sizes)
        }
    }

    @Test("ping_pong", .needs(.python("grpc_interop_server"))) func pingPong() async throws {
        try await withServer { channel in
            let call = try await channel.call(Self.service + "FullDuplexCall")
            for (size, body) in zip([31415, 9, 2653, 58979], [27182, 8, 1828, 45904]) {
                try await call.send(Self.outputRequest([size], body: body))
                #expect(try Self.outputSize(try await call.next()) == size)
            }
            await call.sendEnd()
            #expect(try await call.next() == nil)
        }
    }

    @Test("empty_stream", .needs(.python("grpc_interop_server"))) func emptyStream() async throws {
        try await withServer { channel in
            let call = try await channel.call(Self.service + "FullDuplexCall")
            await call.sendEnd()
            #expect(try await call.next() == nil)
        }
    }

    @Test("timeout_on_sleeping_server", .needs(.python("grpc_interop_server"))) func timeout() async throws {
        try await withServer { channel in
            _ = try await channel.unary(Self.service + "EmptyCall", [])
            let request = try Self.outputRequest([], body: 27182)
            let status = await Self.failure { () throws(CallEnd) in
                let call = try await channel.call(
                    Self.service + "FullDuplexCall", CallOptions(timeout: .milliseconds(1)))
                try await call.send(request)
                _ = try await call.next()
            }
            #expect(status?.code == .deadlineExceeded)
        }
    }

    @Test("cancel_after_begin", .needs(.python("grpc_interop_server"))) func cancelAfterBegin() async throws {
        try await withServer { channel in
            let call = try await channel.call(Self.service + "StreamingInputCall")
            await call.cancel()
            let status = await Self.failure { () throws(CallEnd) in _ = try await call.next() }
            #expect(status?.code == .cancelled)
        }
    }

    /// The call is cancelled as a Swift user would: by cancelling the task that waits for it.
    @Test("cancel_after_first_response", .needs(.python("grpc_interop_server")))
    func cancelAfterFirstResponse() async throws {
        try await withServer { channel in
            let call = try await channel.call(Self.service + "FullDuplexCall")
            try await call.send(Self.outputRequest([31415], body: 27182))
            #expect(try Self.outputSize(try await call.next()) == 31415)
            let reader = Task { await Self.failure { () throws(CallEnd) in _ = try await call.next() } }
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            #expect(await call.end?.status.code == .cancelled)
            // The connection lives on.
            _ = try await channel.unary(Self.service + "EmptyCall", [])
        }
    }

    @Test("custom_metadata", .needs(.python("grpc_interop_server"))) func customMetadata() async throws {
        try await withServer { channel in
            var options = CallOptions()
            let (text, bytes): (String, [UInt8]) = ("test_initial_metadata_value", [0xAB, 0xAB, 0xAB])
            try options.metadata.add(InteropService.initialName, text)
            try options.metadata.add(binary: InteropService.trailingName, bytes)
            let reply = try await channel.unary(Self.service + "UnaryCall", Self.simpleRequest(), options)
            #expect(reply.initialMetadata[InteropService.initialName] == text)
            #expect(reply.trailingMetadata[binary: InteropService.trailingName] == bytes)

            let call = try await channel.call(Self.service + "FullDuplexCall", options)
            try await call.send(Self.outputRequest([10], body: 10))
            await call.sendEnd()
            #expect(try await call.waitForInitialMetadata()[InteropService.initialName] == text)
            #expect(try Self.outputSize(try await call.next()) == 10)
            #expect(try await call.next() == nil)
            #expect(await call.end?.trailingMetadata[binary: InteropService.trailingName] == bytes)
        }
    }

    @Test(
        "status_code_and_message and special_status_message", .needs(.python("grpc_interop_server")),
        arguments: [
            "test status message", "\t\ntest with whitespace\r\nand Unicode BMP \u{263A} and non-BMP \u{1F608}\t\n",
        ])
    func status(message: String) async throws {
        try await withServer { channel in
            let expected = GRPCStatus(.unknown, message)
            let request = try Self.simpleRequest {
                $0.responseStatus.code = 2
                $0.responseStatus.message = message
            }
            let unary = await Self.failure { () throws(CallEnd) in
                _ = try await channel.unary(Self.service + "UnaryCall", request)
            }
            #expect(unary == expected)
            let output = try Self.outputRequest([], code: 2, message: message)
            let streaming = await Self.failure { () throws(CallEnd) in
                let call = try await channel.call(Self.service + "FullDuplexCall")
                try await call.send(output)
                await call.sendEnd()
                _ = try await call.next()
            }
            #expect(streaming == expected)
        }
    }

    @Test(
        "unimplemented_method and unimplemented_service", .needs(.python("grpc_interop_server")),
        arguments: ["TestService", "UnimplementedService"])
    func unimplemented(service: String) async throws {
        try await withServer { channel in
            let status = await Self.failure { () throws(CallEnd) in
                _ = try await channel.unary("/grpc.testing.\(service)/UnimplementedCall", [])
            }
            #expect(status?.code == .unimplemented)
        }
    }

    @Test("client_compressed_unary", .needs(.python("grpc_interop_server"))) func clientCompressed() async throws {
        try await withServer { channel in
            for flag in [true, false] {
                let reply = try await channel.unary(
                    Self.service + "UnaryCall", Self.simpleRequest(), CallOptions(usesGzip: true), compressed: flag)
                let response = try Grpc_Testing_SimpleResponse(serializedBytes: reply.message.bytes)
                #expect(response.payload.body.count == Self.largeResponse)
            }
        }
    }

    @Test("server_compressed_unary", .needs(.python("grpc_interop_server"))) func serverCompressed() async throws {
        try await withServer { channel in
            for flag in [true, false] {
                let request = try Self.simpleRequest { $0.responseCompressed.value = flag }
                let reply = try await channel.unary(Self.service + "UnaryCall", request)
                #expect(reply.message.wasCompressed == flag)
                let response = try Grpc_Testing_SimpleResponse(serializedBytes: reply.message.bytes)
                #expect(response.payload.body.count == Self.largeResponse)
            }
        }
    }
}
