import Broker
import EngineTestKit
import TransportIO

@testable import HTTPTransport

/// An answer as it lies on the wire.
struct Answer: Equatable {
    var status: Int
    /// Lower-case names; without the date, which changes.
    var fields: [String: String]
    var body: String

    /// The message of the contract's envelope.
    var message: String {
        body.split(separator: "\"message\":\"").last.map { String($0.dropLast(2)) } ?? ""
    }

    /// The answers in `bytes`, one behind the other; nil where that is not what they are.
    ///
    /// - Parameter bodiless: the numbers of the answers to HEAD.
    static func parse(_ bytes: [UInt8], bodiless: Set<Int> = []) -> [Answer]? {
        var answers: [Answer] = []
        var rest = String(decoding: bytes, as: UTF8.self)[...]
        while !rest.isEmpty {
            guard let headEnd = rest.ranges(of: "\r\n\r\n").first else { return nil }
            let lines = rest[..<headEnd.lowerBound].split(separator: "\r\n")
            rest = rest[headEnd.upperBound...]
            guard let line = lines.first, line.hasPrefix("HTTP/1.1 "), let status = Int(line.dropFirst(9).prefix(3))
            else { return nil }
            var answer = Answer(status: status, fields: [:], body: "")
            for field in lines.dropFirst() {
                guard let colon = field.ranges(of: ": ").first else { return nil }
                answer.fields[String(field[..<colon.lowerBound])] = String(field[colon.upperBound...])
            }
            if status >= 200 {
                guard answer.fields.removeValue(forKey: "date")?.hasSuffix(" GMT") == true,
                    let length = answer.fields["content-length"].flatMap({ Int($0) })
                else { return nil }
                if !bodiless.contains(answers.count) {
                    answer.body = String(decoding: rest.utf8.prefix(length), as: UTF8.self)
                    rest = Substring(rest.utf8.dropFirst(length))
                }
            }
            answers.append(answer)
        }
        return answers
    }
}

extension HTTPServerConfiguration {
    /// A few paths beside `/log`.
    static func sample(maxEntryBytes: Int = 100, action: Bool = false) -> HTTPServerConfiguration {
        HTTPServerConfiguration(
            entryPath: action ? "/handle" : "/log", entryBody: action ? .action : .entry,
            rejectedStatus: action ? 502 : 422, limits: .init(maxEntryBytes: maxEntryBytes),
            control: { request in
                guard request.path == "/echo" else { return nil }
                return HTTPResponse(
                    status: 200, contentType: "text/plain", body: Array("\(request.method) \(request.query)".utf8))
            })
    }
}

extension HTTPServerEngine {
    /// An engine with a few paths of its own beside `/log`.
    static func sample(maxEntryBytes: Int = 100, action: Bool = false) -> HTTPServerEngine {
        HTTPServerEngine(configuration: .sample(maxEntryBytes: maxEntryBytes, action: action))
    }
}

/// `{"name":"a","data":"b"}`, and requests that bring it.
enum Sample {
    static let body = #"{"name":"a","data":"b"}"#

    /// A POST to /log with fields behind Host, and a body with its length unless the fields say otherwise.
    static func post(_ fields: String = "", body: String = Sample.body, length: String? = nil) -> String {
        let length = length ?? "Content-Length: \(body.utf8.count)\r\n"
        return "POST /log HTTP/1.1\r\nHost: h\r\n\(fields)\(length)\r\n\(body)"
    }

    /// A POST in chunks.
    static func chunked(_ chunks: String, fields: String = "") -> String {
        post(fields, body: chunks, length: "Transfer-Encoding: chunked\r\n")
    }

    static func get(_ target: String, fields: String = "Host: h\r\n") -> String {
        "GET \(target) HTTP/1.1\r\n\(fields)\r\n"
    }
}
