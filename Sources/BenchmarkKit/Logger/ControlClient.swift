import BenchmarkResults
import Broker
import Foundation
import FoundationNetworking
import LoggerService

/// The logger's control API over HTTP, on one kept connection.
struct ControlClient: LedgerClient {
    private let base: URL
    private let session: URLSession

    /// Creates a client of the logger at `target`, `host:port`.
    /// - Parameter timeout: how long one request may take, in seconds; a logger that is busy with a cell's backlog answers
    ///   later than an idle one.
    /// - Throws: ``BenchmarkError`` when that is no address.
    init(target: String, timeout: Double = 10) throws(BenchmarkError) {
        guard (try? Endpoint(parsing: target)) != nil, let base = URL(string: "http://\(target)") else {
            throw BenchmarkError("the logger's control address '\(target)' is not HOST:PORT")
        }
        self.base = base
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 1
        configuration.timeoutIntervalForRequest = timeout
        configuration.timeoutIntervalForResource = timeout
        configuration.urlCache = nil
        // A proxy of the environment is not meant for the loopback interface.
        configuration.connectionProxyDictionary = [:]
        session = URLSession(configuration: configuration)
    }

    /// `PUT /runs/{id}?sealed=true`.
    func announce(run: String, sealed: Bool) async throws {
        _ = try await send("PUT", "/runs/\(run)?sealed=\(sealed)")
    }

    /// `GET /runs/{id}`.
    ///
    /// A run that the logger has not heard of has received nothing.
    func report(run: String) async throws -> RunReport {
        let (body, status) = try await send("GET", "/runs/\(run)", accepting: [404])
        guard status != 404 else { return RunReport(run: run) }
        do {
            return try JSONDecoder().decode(RunReport.self, from: body)
        } catch {
            throw BenchmarkError("the logger's answer to GET /runs/\(run) is not a run report")
        }
    }

    /// `GET /health`.
    func health() async throws -> LoggerHealth {
        let (body, _) = try await send("GET", "/health")
        do {
            return try JSONDecoder().decode(LoggerHealth.self, from: body)
        } catch {
            throw BenchmarkError("what answers GET /health at \(base.absoluteString) is no logger of broker-lab")
        }
    }

    /// Closes the connection.
    func close() {
        session.invalidateAndCancel()
    }

    @discardableResult
    private func send(_ method: String, _ path: String, accepting: Set<Int> = []) async throws -> (Data, Int) {
        guard let url = URL(string: path, relativeTo: base) else {
            throw BenchmarkError("'\(path)' is not a path of the logger's control API")
        }
        var request = URLRequest(url: url)
        request.httpMethod = method
        if method == "PUT" { request.httpBody = Data() }
        let body: Data
        let response: URLResponse
        do {
            (body, response) = try await PendingAnswer.receive(request, over: session)
        } catch {
            try Task.checkCancellation()
            throw BenchmarkError(
                "the logger does not answer \(method) \(url.absoluteString): \(error.localizedDescription)")
        }
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200..<300).contains(status) || accepting.contains(status) else {
            throw BenchmarkError("the logger answered \(method) \(url.absoluteString) with status \(status)")
        }
        return (body, status)
    }
}
