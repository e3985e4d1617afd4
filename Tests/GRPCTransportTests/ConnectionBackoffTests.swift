import NIOCore
import Testing

@testable import GRPCTestKit

/// gRPC, "Connection Backoff Protocol": 1 s, 1.6 times as long each time, 120 s at most, 20% of jitter.
@Suite struct ConnectionBackoffTests {
    private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test func waitsGrowToTheLongest() {
        var backoff = ConnectionBackoff(first: .seconds(1))
        var expected = 1.0
        for _ in 0..<20 {
            backoff.failed(at: Self.now)
            let wait = Double((backoff.nextAttempt - Self.now).nanoseconds) / 1e9
            #expect(wait >= expected * 0.799 && wait <= expected * 1.201, "\(wait) s where \(expected) s is meant")
            expected = min(expected * 1.6, 120)
        }
        #expect(expected == 120)
    }

    @Test func aSuccessStartsAnew() {
        var backoff = ConnectionBackoff(first: .seconds(1))
        for _ in 0..<5 { backoff.failed(at: Self.now) }
        backoff.succeeded()
        #expect(backoff.nextAttempt < Self.now)
        backoff.failed(at: Self.now)
        #expect(backoff.nextAttempt - Self.now <= .milliseconds(1200))
    }
}
