import Broker
import Testing

@testable import BenchmarkResults

/// The axis `rabbitmq_side`: from a suite's file to what a report says of it.
@Suite("The axis of RabbitMQ's side")
struct RabbitMQSideTests {
    private let known = TransportChoice(
        known: ["tcp", "http", "amqp", "amqp:cluster"], standard: ["tcp"], references: References(floor: "tcp"),
        tcpOnly: ["amqp", "amqp:cluster"], behindLinks: ["amqp"])

    private func suite(_ text: String) throws -> BenchmarkResults.Suite {
        try SuiteFile(path: "s.yaml", text: text).suite(transports: known)
    }

    @Test("every load over a network is measured with each side; of loopback there is one, and of clusters none")
    func plan() throws {
        let load = "payload_bytes: 1\nin_flight: 1\nnetwork: [loopback, wan]\n"
        let both = try suite(load + "transports: [http, amqp, \"amqp:cluster\"]\nrabbitmq_side: [logger, broker]")
        #expect(
            both.settings == [
                Setting(), Setting(network: .named[2]), Setting(network: .named[2], rabbitMQSide: .broker),
            ])
        #expect(both.transports(in: both.settings[0]) == ["http", "amqp", "amqp:cluster"])
        for setting in both.settings.dropFirst() { #expect(both.transports(in: setting) == ["http", "amqp"]) }
        let usual = try suite(load + "transports: [http, amqp]")
        #expect(usual.settings == [Setting(), Setting(network: .named[2])] && usual.usedRabbitMQSides == [.logger])
        #expect(both.hasRabbitMQ(behind: .named[2]) && !both.hasRabbitMQ(behind: .loopback))
        #expect(try !suite(load + "transports: [http]").hasRabbitMQ(behind: .named[2]))
        let pattern = try suite(
            load + "transports: [amqp]\nrabbitmq_side: broker\n"
                + "thresholds: {where: {rabbitmq_side: broker}, min_msgs_per_s: 10}"
        ).thresholds.rules?.first?.place
        #expect(pattern?.text == "rabbitmq_side: broker")
        #expect(pattern?.matches(Cell(transport: "amqp", payloadBytes: 1, inFlight: 1)) == false)
    }

    @Test(
        "a side of nothing is refused with what it takes",
        arguments: [
            "transports: [amqp]", "network: wan\ntransports: [http]", "network: wan\ntransports: [\"amqp:cluster\"]",
        ])
    func refused(_ text: String) throws {
        let error = try #require(throws: SuiteError.self) { try suite(text + "\nrabbitmq_side: broker") }
        #expect(
            error.description.contains(
                "rabbitmq_side: RabbitMQ is behind no link here, which takes a network and one of amqp; leave it out"),
            "\(error)")
    }

    @Test("names and columns tell the broker's side, and nothing of the usual one")
    func names() throws {
        let own = try suite("network: [loopback, wan]\ntransports: [amqp]\nrabbitmq_side: [logger, broker]")
        var row = ResultRow.sample(transport: "amqp")
        func fields() -> [String] {
            ResultColumns.fields(
                of: ReportedResult(row: row, suite: own, environment: BenchmarkEnvironment(cpuCount: 2)))
        }
        func written() -> String? { Dictionary(zip(ResultColumns.header, fields())) { $1 }["rabbitmq_side"] }
        #expect(written() == "")
        row.planned.cell.network = .named[2]
        #expect(written() == "logger" && row.planned.cell.name.hasSuffix("over wan"))
        row.planned.cell.rabbitMQSide = .broker
        #expect(written() == "broker")
        #expect(row.planned.cell.name.hasSuffix("over wan, RabbitMQ on the broker's side"))
        #expect(row.planned.tag.contains("/wan/rabbitmq-broker/"))
        #expect(
            GoBenchmarkFormat.file([row], suite: own, environment: BenchmarkEnvironment(cpuCount: 2)).contains(
                "/network=wan/rabbitmq_side=broker "))
        var read = ResultRow(number: 1)
        let record = Fields(
            path: "x", record: CSVReader.Record(fields: fields(), line: 2),
            columns: Dictionary(zip(ResultColumns.header, 0...)) { $1 })
        for column in ResultColumns.all { try column.read(record, &read) }
        #expect(read.planned.cell.point == row.planned.cell.point)
        #expect(ResultRow(number: 1).planned.cell.rabbitMQSide == .logger)
    }
}
