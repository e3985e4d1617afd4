import EntryProtobuf

/// The service `grpc.health.v1.Health` of one connection: how the server, and each of its services, does.
///
/// A logger that runs serves everything it offers; one that is stopping serves nothing.
final class HealthService {
    static let name = "grpc.health.v1.Health"

    /// `HealthCheckResponse.ServingStatus`.
    enum Status: UInt64 {
        case serving = 1
        case notServing = 2
        case serviceUnknown = 3

        /// The `HealthCheckResponse` that says so.
        var response: [UInt8] {
            var writer = ProtobufWriter()
            writer.number(1, rawValue)
            return writer.bytes
        }
    }

    /// Whether the server is stopping.
    var isStopping = false
    /// The empty name of the server as a whole, and those of its services.
    private let names: [String]

    /// - Parameter names: the services that are offered.
    init(of names: [String]) {
        self.names = [""] + names
    }

    var service: GRPCService {
        GRPCService(
            Self.name,
            [
                "Check": .unary { [self] (request, _) throws(GRPCStatus) in
                    let name = try Self.serviceName(in: request)
                    let status = self.status(of: name)
                    guard status != .serviceUnknown else {
                        throw GRPCStatus(.notFound, "no service has the name \(name)")
                    }
                    return status.response
                },
                "Watch": .bidirectional { [self] in HealthWatch(self) },
                "List": .unary { [self] (_, _) throws(GRPCStatus) in list() },
            ])
    }

    func status(of name: String) -> Status {
        guard names.contains(name) else { return .serviceUnknown }
        return isStopping ? .notServing : .serving
    }

    /// The `HealthListResponse`: a map's entry is a message of key and value (proto3 language guide, "Maps").
    private func list() -> [UInt8] {
        var writer = ProtobufWriter()
        for name in names {
            var entry = ProtobufWriter()
            entry.string(1, name)
            entry.message(2, status(of: name).response)
            writer.message(1, entry.bytes)
        }
        return writer.bytes
    }

    /// Reads a `HealthCheckRequest`.
    static func serviceName(in request: RawSpan) throws(GRPCStatus) -> String {
        var name = 0..<0
        do throws(ProtobufReader.Malformation) {
            var offset = 0
            while offset < request.byteCount {
                let tag = try ProtobufReader.tag(request, &offset)
                if tag.number == 1, tag.wireType == .len {
                    name = try ProtobufReader.string(request, &offset)
                } else {
                    try ProtobufReader.skip(tag, request, &offset)
                }
            }
        } catch {
            throw GRPCStatus(.invalidArgument, "the message is not a HealthCheckRequest: \(error)")
        }
        // The name comes back in a status message, which is a header field.
        guard name.count <= 1024 else { throw GRPCStatus(.invalidArgument, "the service's name is too long") }
        return request.extracting(name).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

/// A call of `Watch`: the status now, and another when the server stops, which ends the call.
private final class HealthWatch: ServerCallHandler {
    private let health: HealthService
    private var watched: String?

    init(_ health: HealthService) {
        self.health = health
    }

    func received(_ message: RawSpan, on call: ServerCall) {
        guard watched == nil else {
            return call.finish(GRPCStatus(.internalError, "the call takes one message, and more came"))
        }
        do throws(GRPCStatus) {
            let name = try HealthService.serviceName(in: message)
            watched = name
            call.send(health.status(of: name).response)
        } catch {
            call.finish(error)
        }
    }

    func receivedEnd(on call: ServerCall) {
        // "Watch": the call goes on for as long as the client likes.
        if watched == nil { call.finish(GRPCStatus(.internalError, "the call holds no message")) }
    }

    func drain(on call: ServerCall) {
        if let watched, health.status(of: watched) != .serviceUnknown { call.send(health.status(of: watched).response) }
        call.finish(GRPCStatus(.unavailable, "the server is stopping"))
    }
}
