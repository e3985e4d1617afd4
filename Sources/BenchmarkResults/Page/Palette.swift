/// Which colour, and which dash, a transport has on all charts of all reports.
///
/// The colours are those of Okabe and Ito, which readers with any of the common colour blindnesses tell apart; the dashes
/// tell lines apart on paper. A transport has its place whatever it is measured beside, so that pages can be laid side by side.
struct Palette: Sendable {
    /// Classes `c0` to `c7`, and `l0` to `l7`, of the page's style.
    static let count = 8

    /// The places of those that there are; others get places behind them, in the order of the suite.
    ///
    /// A row has one colour of eight: those that a shipped suite puts side by side, but for all variants at once and those of RabbitMQ, differ in it.
    static let fixed = [
        "tcp", "netrpc", "grpc", "http", "amqp", "grpc:stream", "http:http2", "amqp:reply",
        "http:pipelined", "amqp:quorum", "amqp:cluster", "amqp:quorum-cluster", "amqp:transient", "http:protobuf",
        "http:gob", "http:json-foundation",
        "http:http2-protobuf", "amqp:unconfirmed", "amqp:4-channels", "amqp:ack-batch", "amqp:protobuf", "amqp:gob",
        "amqp:ack-batch-1024", "amqp:prefetch-32", "amqp:prefetch-2048", "amqp:classic-v1",
    ]

    private let indices: [String: Int]

    init(_ transports: [String]) {
        let names = Self.fixed + transports.filter { !Self.fixed.contains($0) }
        indices = Dictionary(zip(names, names.indices)) { first, _ in first }
    }

    /// The classes of a transport's lines and areas: a colour, and a dash.
    ///
    /// Where there are more transports than colours, a colour comes again with another dash.
    func style(_ transport: String) -> String {
        let index = indices[transport] ?? 0
        return "\(colour(transport)) l\((index + 3 * (index / Self.count)) % Self.count)"
    }

    /// The class of its colour alone, for a chart of its own.
    func colour(_ transport: String) -> String { "c\((indices[transport] ?? 0) % Self.count)" }
}
