import Foundation

/// The contract's JSON answer.
struct Envelope: Decodable, Hashable {
    var error: Bool
    var message: String
}

/// An answer to a request that curl made.
struct HTTPAnswer {
    var status: Int
    var envelope: Envelope?
}

/// Posts `body` with curl.
func post(_ body: String, to url: String, headers: [String] = []) async throws -> HTTPAnswer {
    let arguments = ["--data-binary", "@-", "--header", "Content-Type: application/json"] + headers + [url]
    return try await curl(arguments, input: body)
}

/// Makes a request with curl; the answer's status is 0 when no HTTP answer came.
func curl(_ arguments: [String], input: String = "") async throws -> HTTPAnswer {
    let finished = try await runProgram(.curl, ["--write-out", "\n%{http_code}\n"] + arguments, input: input)
    let lines = finished.output.lines
    let envelope = lines.dropLast().lazy
        .compactMap { try? JSONDecoder().decode(Envelope.self, from: Data($0.utf8)) }.first
    return HTTPAnswer(status: lines.last.flatMap { Int($0) } ?? 0, envelope: envelope)
}

/// The contract's body of `POST /log`.
func logBody(_ entry: PlainEntry) throws -> String {
    String(decoding: try JSONEncoder().encode(entry), as: UTF8.self)
}

/// The contract's body of `POST /handle`.
func handleBody(_ entry: PlainEntry, action: String = "log") throws -> String {
    struct Request: Encodable {
        var action: String
        var log: PlainEntry
    }
    return String(decoding: try JSONEncoder().encode(Request(action: action, log: entry)), as: UTF8.self)
}
