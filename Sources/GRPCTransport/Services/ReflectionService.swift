import EntryProtobuf

/// The services `grpc.reflection.v1.ServerReflection` and `v1alpha`: what the server offers, told to those who ask.
enum ReflectionService {
    /// Both have the same messages under different names.
    static let names = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]

    /// - Parameter services: the names of all services that the server offers.
    static func services(listing services: [String]) -> [GRPCService] {
        names.map { name in
            GRPCService(name, ["ServerReflectionInfo": .bidirectional { ReflectionHandler(services) }])
        }
    }
}

/// A call of `ServerReflectionInfo`: an answer for each question.
private final class ReflectionHandler: ServerCallHandler {
    /// Questions are names; they come back with their answers.
    private static let maxQuestionBytes = 4096

    /// The parts of `message_request`, by their numbers.
    private enum Question: UInt32 {
        case fileByFilename = 3
        case fileContainingSymbol = 4
        case fileContainingExtension = 5
        case allExtensionNumbersOfType = 6
        case listServices = 7
    }

    private let services: [String]

    init(_ services: [String]) {
        self.services = services
    }

    func received(_ message: RawSpan, on call: ServerCall) {
        guard message.byteCount <= Self.maxQuestionBytes else {
            return call.finish(
                GRPCStatus(.resourceExhausted, "the question has more than \(Self.maxQuestionBytes) bytes"))
        }
        do throws(ProtobufReader.Malformation) {
            var response = ProtobufWriter()
            let (host, question) = try Self.read(message)
            response.string(1, host)
            response.message(2, message.withUnsafeBytes { Array($0) })
            answer(question, into: &response)
            call.send(response.bytes)
        } catch {
            call.finish(GRPCStatus(.invalidArgument, "the message is not a ServerReflectionRequest: \(error)"))
        }
    }

    func receivedEnd(on call: ServerCall) {
        call.finish(.ok)
    }

    func drain(on call: ServerCall) {
        call.finish(GRPCStatus(.unavailable, "the server is stopping"))
    }

    /// Of a `oneof` that comes twice the last one counts.
    private static func read(
        _ message: RawSpan
    ) throws(ProtobufReader.Malformation) -> (host: String, question: (Question, String)?) {
        var (host, question): (String, (Question, String)?) = ("", nil)
        var offset = 0
        while offset < message.byteCount {
            let tag = try ProtobufReader.tag(message, &offset)
            guard tag.wireType == .len else {
                try ProtobufReader.skip(tag, message, &offset)
                continue
            }
            let content = message.extracting(try ProtobufReader.lengthPrefixed(message, &offset))
            let text = content.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            if tag.number == 1 { host = text }
            if let kind = Question(rawValue: tag.number) { question = (kind, text) }
        }
        return (host, question)
    }

    private func answer(_ question: (kind: Question, name: String)?, into response: inout ProtobufWriter) {
        let descriptors = FileDescriptors.logger
        guard let question else {
            return fail(.invalidArgument, "the request asks nothing", &response)
        }
        switch question.kind {
        case .fileByFilename:
            tell(descriptors.files[question.name], or: "no file has the name \(question.name)", &response)
        case .fileContainingSymbol:
            tell(descriptors.file(defining: question.name), or: "no file defines \(question.name)", &response)
        case .fileContainingExtension:
            fail(.notFound, "the server's messages have no extensions", &response)
        case .allExtensionNumbersOfType:
            guard descriptors.messages.contains(question.name) else {
                return fail(.notFound, "no message has the name \(question.name)", &response)
            }
            var numbers = ProtobufWriter()
            numbers.string(1, question.name)
            response.message(5, numbers.bytes)
        case .listServices:
            var list = ProtobufWriter()
            for name in services {
                var service = ProtobufWriter()
                service.string(1, name)
                list.message(1, service.bytes)
            }
            response.message(6, list.bytes)
        }
    }

    /// None of the files imports another one: one is the whole answer.
    private func tell(_ file: [UInt8]?, or reason: String, _ response: inout ProtobufWriter) {
        guard let file else { return fail(.notFound, reason, &response) }
        var answer = ProtobufWriter()
        answer.message(1, file)
        response.message(4, answer.bytes)
    }

    private func fail(_ code: GRPCStatus.Code, _ message: String, _ response: inout ProtobufWriter) {
        var failure = ProtobufWriter()
        failure.number(1, UInt64(code.rawValue))
        failure.string(2, message)
        response.message(7, failure.bytes)
    }
}
