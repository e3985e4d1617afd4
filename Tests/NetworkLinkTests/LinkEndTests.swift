import Foundation
import Testing

@testable import NetworkLink

@Suite("What a link says")
struct LinkEndTests {
    @Test("what a device has dropped is read from /proc/net/dev as it is")
    func drops() throws {
        let text = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:     100       1    0    9    0     0          0         0      100       1    0    8    0     0       0          0
             link0:  123456     789    1    2    3     4          5         6   654321     987    7    11    0     0       0          0
            """
        let drops = try #require(LinkEnd.drops(in: text))
        #expect(drops.outgoing == 11 && drops.incoming == 2)
        #expect(LinkEnd.drops(in: text.replacingOccurrences(of: "link0: ", with: "link0:"))?.outgoing == 11)
        #expect(LinkEnd.drops(in: "") == nil)
        #expect(LinkEnd.drops(in: "link0: 1 2 3") == nil)
    }

    @Test("an account is a line of JSON that comes back as it was")
    func account() throws {
        var account = LinkAccount()
        account.elapsedUs = 1000
        account.latenessP99Us = 12.5
        account.toLogger.packets = 7
        account.toBroker.queueDrops = 2
        let data = try JSONEncoder().encode(account)
        #expect(try JSONDecoder().decode(LinkAccount.self, from: data) == account)
        let text = String(decoding: data, as: UTF8.self)
        for key in ["\"to_logger\"", "\"queue_drops\":2", "\"lateness_p99_us\":12.5", "\"cpu_us\""] {
            #expect(text.contains(key), "\(text)")
        }
        #expect(account.sum(\.packets) == 7 && account.sum(\.queueDrops) == 2)
    }

    @Test("late packets are told in microseconds, and each account has its own")
    func lateness() {
        let lateness = Lateness()
        #expect(lateness.take().p50 == nil)
        for number in 1...100 { lateness.record(UInt64(number) * 1000) }
        let taken = lateness.take()
        #expect(abs((taken.p50 ?? 0) - 50) < 0.1 && abs((taken.p99 ?? 0) - 99) < 0.1)
        #expect(lateness.take().p99 == nil)
        lateness.record(.max)
        #expect(lateness.take().p99 != nil)
    }
}
