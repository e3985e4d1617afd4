import BenchmarkResults
import Testing
import TransportIO

@testable import brokerlab

@Suite("What connections take of a machine")
struct ConnectionRoomTests {
    @Test("is held against the limit of file descriptors, and the command that raises it is named")
    func files() {
        var room = ConnectionRoom()
        room.add(100, isTCP: true)
        room.add(1000, isTCP: true)
        #expect(room.fault(files: 1064, ports: 1000) == nil)
        let fault = room.fault(files: 1063, ports: 28_232)
        #expect(
            fault
                == "1000 connections at once take 1064 file descriptors, and a process may have 1063 here. As root, 'ulimit -n "
                + "1064' in this shell allows more; or have fewer connections, or fewer entries in flight where each takes a "
                + "connection (http).")
    }

    @Test("is held against the source ports, which Unix sockets have none of")
    func ports() {
        var room = ConnectionRoom()
        room.add(2000, isTCP: false)
        #expect(room.fault(files: 10_000, ports: 1) == nil)
        room.add(1001, isTCP: true)
        let fault = room.fault(files: 10_000, ports: 1000) ?? ""
        #expect(
            fault.hasPrefix("1001 connections to one address take as many source ports, and there are 1000 here. As"))
        #expect(fault.contains("'sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"' allows more"))
        room.add(65_000, isTCP: true)
        #expect(room.fault(files: 100_000, ports: 64_512)?.contains("64512 here. You can have fewer") == true)
        #expect(SourcePorts.count > 0)
    }

    @Test("is more where RabbitMQ has them, and less where it is not started here")
    func companion() throws {
        var suite = Self.suite(["tcp", "amqp"], inFlight: 9000, connections: 9000)
        #expect(try ConnectionRoom(for: suite, given: [:]).files == 10_200)
        #expect(try ConnectionRoom(for: suite, given: ["amqp": "amqp://elsewhere"]).files == 9064)
        suite.transports = ["tcp"]
        #expect(try ConnectionRoom(for: suite, given: [:]).files == 9064)
    }

    @Test(
        "is a socket for each entry in flight over HTTP/1.1, whatever the connections, and one a connection otherwise")
    func pools() throws {
        for (transport, count) in [("http", 64), ("http:pipelined", 4), ("http:http2", 4), ("grpc", 4), ("tcp", 4)] {
            let suite = Self.suite([transport], inFlight: 64, connections: 4)
            #expect(try ConnectionRoom(for: suite, given: [:]).connections == count, "\(transport)")
        }
        var linked = Self.suite(["tcp"], inFlight: 64, connections: 4)
        linked.networks = [try Network(parsing: "wan")]
        #expect(try ConnectionRoom(for: linked, given: [:]).ports == 0)
    }

    private static func suite(_ transports: [String], inFlight: Int, connections: Int) -> BenchmarkResults.Suite {
        var suite = BenchmarkResults.Suite(
            name: "room", transports: transports, payloadBytes: [100], inFlight: [inFlight])
        suite.connections = [connections]
        return suite
    }
}
