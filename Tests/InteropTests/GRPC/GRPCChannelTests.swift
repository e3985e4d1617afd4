import Broker
import GRPCTestKit
import GRPCTransport
import MachineTestKit
import NIOCore
import Testing

/// A channel whose server comes and goes.
@Suite(.timeLimit(.minutes(1)))
struct GRPCChannelTests {
    private static let path = "/grpc.testing.TestService/EmptyCall"

    private static func end(
        of channel: GRPCChannel, waits: Bool, timeout: TimeAmount? = nil
    ) async -> GRPCStatus? {
        do throws(CallEnd) {
            _ = try await channel.unary(path, [], CallOptions(timeout: timeout, waitsForReady: waits))
            return nil
        } catch {
            return error.status
        }
    }

    private static var impatient: GRPCChannel.Options {
        var options = GRPCChannel.Options()
        options.firstBackoff = .milliseconds(20)
        return options
    }

    @Test("A call that waits for ready is made when the server is there; one that does not fails at once")
    func waitsForReady() async throws {
        let port = try ReservedPort()
        try await withGRPCChannel(to: Endpoint(parsing: port.address), options: Self.impatient) { channel in
            let refused = await Self.end(of: channel, waits: false)
            #expect(refused?.code == .unavailable)
            #expect(refused?.message.contains("cannot reach \(port.address)") == true, "\(String(describing: refused))")

            let patient = Task { await Self.end(of: channel, waits: true, timeout: .seconds(30)) }
            // The call has found nobody by now, or will: either way it waits.
            let late = await Self.end(of: channel, waits: true, timeout: .milliseconds(100))
            #expect(late?.code == .deadlineExceeded, "\(String(describing: late))")

            try await withInteropServer(at: port.release()) { _ in
                #expect(await patient.value == nil)
            }
        }
    }

    @Test("A channel whose server went and came back goes on by itself")
    func reconnects() async throws {
        let target = try ReservedPort().release()
        try await withGRPCChannel(to: Endpoint(parsing: target), options: Self.impatient) { channel in
            for _ in 0..<3 {
                try await withInteropServer(at: target) { _ in
                    #expect(await Self.end(of: channel, waits: true, timeout: .seconds(20)) == nil)
                }
            }
        }
    }
}
