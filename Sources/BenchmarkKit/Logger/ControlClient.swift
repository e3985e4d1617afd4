import BenchmarkResults
import Broker
import Foundation
import LoggerService
import NIOCore
import NIOHTTP1
import TransportIO

/// The logger's control API over HTTP, on one kept connection.
struct ControlClient: LedgerClient {
    private let connection: ControlConnection

    /// Creates a client of the logger at `target`, `host:port` or a Unix domain socket.
    /// - Parameter timeout: how long one request may take, in seconds; a logger that is busy with a cell's backlog answers
    ///   later than an idle one.
    /// - Parameter dial: connects where this process itself does not reach the target; nil where it does.
    /// - Parameter certificate: what the logger speaks TLS with; nil for cleartext.
    /// - Parameter token: what is shown with each request; nil for nothing.
    /// - Throws: ``BenchmarkError`` when that is no address, or the certificate cannot be read.
    init(
        target: String, timeout: Double = 10, dial: ControlConnection.Dial? = nil,
        certificate: ServerCertificate? = nil, token: BearerToken? = nil
    ) throws(BenchmarkError) {
        guard let endpoint = try? Endpoint(parsing: target) else {
            throw BenchmarkError("the logger's control address '\(target)' is neither HOST:PORT nor unix:/PATH")
        }
        var tls: TLSContext?
        if let certificate {
            do throws(TLSFailure) {
                tls = try TLSContext(certificate.trust, host: certificate.name)
            } catch {
                throw BenchmarkError("the logger cannot be asked over TLS: \(error)")
            }
        }
        connection = ControlConnection(
            to: endpoint, timeout: .nanoseconds(Int64(timeout * 1e9)), tls: tls, dial: dial, token: token)
    }

    /// `PUT /runs/{id}?sealed=true`.
    func announce(run: String, sealed: Bool) async throws {
        try await announce(run: run, sealed: sealed, clockAhead: 0)
    }

    /// `PUT /runs/{id}?sealed=true&clock_ahead_ns=N`, the latter where it is not 0.
    /// - Parameter clockAhead: how far the logger's clock is ahead of the one that entries bear the time of, in nanoseconds.
    func announce(run: String, sealed: Bool, clockAhead: Int64) async throws {
        let clock = clockAhead == 0 ? "" : "&clock_ahead_ns=\(clockAhead)"
        let (_, status) = try await send(.PUT, "/runs/\(run)?sealed=\(sealed)\(clock)", accepting: Self.unknown)
        if Self.unknown.contains(status) { throw NoLedger() }
    }

    /// What a server answers to a request that it has no place for (RFC 9110 15.5.5, 15.5.6, 15.6.2).
    private static let unknown: Set<Int> = [404, 405, 501]

    /// No run has as many.
    private static let mostEntries: UInt64 = 1 << 48

    /// `GET /runs/{id}`.
    ///
    /// A run that the logger has not heard of has received nothing.
    func report(run: String) async throws -> RunReport {
        let (body, status) = try await send(.GET, "/runs/\(run)", accepting: [404])
        guard status != 404 else { return RunReport(run: run) }
        guard let report = try? JSONDecoder().decode(RunReport.self, from: body) else {
            throw BenchmarkError("the logger's answer to GET /runs/\(run) is not a run report")
        }
        // They are added up; a logger may be anybody's.
        let counts = [report.received, report.unique, report.duplicated, report.reordered]
        guard (counts + [report.corrupt ?? 0, report.untracked ?? 0]).allSatisfy({ $0 <= Self.mostEntries }) else {
            throw BenchmarkError("the logger's answer to GET /runs/\(run) counts more entries than there can be")
        }
        return report
    }

    /// `GET /health`.
    func health() async throws -> LoggerHealth {
        let (body, _) = try await send(.GET, "/health")
        do {
            return try JSONDecoder().decode(LoggerHealth.self, from: body)
        } catch {
            throw BenchmarkError("what answers GET \(connection.url("/health")) is no logger of broker-lab")
        }
    }

    /// `GET /health`, which unlike a run's account costs the logger next to nothing.
    func received() async throws -> UInt64 {
        try await health().received
    }

    /// `GET /clock`.
    func clock() async throws -> ProcessAPI.Clock {
        try await decoded(.GET, "/clock")
    }

    /// `GET /process`, or with `PUT` the same of a peak of its memory that begins now.
    func process(beginningPeak: Bool = false) async throws -> ProcessAPI.Use {
        try await decoded(beginningPeak ? .PUT : .GET, "/process")
    }

    private func decoded<Value: Decodable>(_ method: HTTPMethod, _ path: String) async throws -> Value {
        let (body, _) = try await send(method, path)
        guard let value = try? JSONDecoder().decode(Value.self, from: body) else {
            throw BenchmarkError(
                "the logger's answer to \(method) \(connection.url(path)) is not one of a logger with --control")
        }
        return value
    }

    /// Closes the connection.
    func close() {
        connection.close()
    }

    @discardableResult
    private func send(
        _ method: HTTPMethod, _ path: String, accepting: Set<Int> = []
    ) async throws -> (Data, Int) {
        let answer: ControlAnswer
        do {
            answer = try await connection.ask(method, path)
        } catch {
            try Task.checkCancellation()
            throw BenchmarkError("the logger does not answer \(method) \(connection.url(path)): \(describe(error))")
        }
        guard answer.status != 401 else { throw ControlRefusal(url: connection.url(path)) }
        guard (200..<300).contains(answer.status) || accepting.contains(answer.status) else {
            throw BenchmarkError("the logger answered \(method) \(connection.url(path)) with status \(answer.status)")
        }
        return (Data(answer.body), answer.status)
    }
}
