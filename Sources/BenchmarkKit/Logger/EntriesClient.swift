package import BenchmarkResults
import Broker
import NIOCore
import NIOHTTP1
import TransportIO

/// The entries that a logger gives back, `GET /entries`, over one kept connection.
package struct EntriesClient: Sendable {
    /// Some of the entries.
    package struct Page: Sendable {
        /// A JSON object each, as the logger has written it.
        package var entries: [String]
        /// What is asked for to get those behind them; nil where there are none.
        package var next: String?
    }

    /// An entry may have 128 MiB, which as JSON take up to six times as much.
    private static let maxBodyBytes = 1 << 30

    private let connection: ControlConnection

    /// Creates a client of the logger at `target`, `host:port` or a Unix domain socket.
    /// - Throws: ``BenchmarkError`` when that is no address.
    package init(target: String) throws(BenchmarkError) {
        guard let endpoint = try? Endpoint(parsing: target) else {
            throw BenchmarkError("'\(target)' is neither a file nor a logger's HOST:PORT or unix:/PATH")
        }
        connection = ControlConnection(to: endpoint, timeout: .seconds(30), maxBodyBytes: Self.maxBodyBytes)
    }

    /// The page at a path: `/entries?limit=100`.
    /// - Throws: ``BenchmarkError`` that says why there is none.
    package func page(_ path: String) async throws -> Page {
        let answer: ControlAnswer
        do {
            answer = try await connection.ask(.GET, path)
        } catch {
            try Task.checkCancellation()
            throw BenchmarkError("the logger does not answer GET \(connection.url(path)): \(describe(error))")
        }
        guard answer.status == 200 else {
            let why = String(decoding: answer.body.prefix(1000), as: UTF8.self)
            throw BenchmarkError("the logger answered GET \(connection.url(path)) with status \(answer.status): \(why)")
        }
        // The field says `</entries?…>; rel="next"`.
        let next = answer.link?.split(separator: ">").first.map { String($0.dropFirst()) }
        return Page(entries: Self.objects(of: answer.body), next: next)
    }

    /// Closes the connection.
    package func close() {
        connection.close()
    }

    /// The objects of a JSON array, each as it is written there.
    static func objects(of array: [UInt8]) -> [String] {
        var objects: [String] = []
        var (depth, start, isInText, isEscaped) = (0, 0, false, false)
        for (index, byte) in array.enumerated() {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = isInText
            case UInt8(ascii: "\"") where isInText: isInText = false
            case _ where isInText: break
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"):
                if depth == 0 { start = index }
                depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { objects.append(String(decoding: array[start...index], as: UTF8.self)) }
            default: break
            }
        }
        return objects
    }
}
