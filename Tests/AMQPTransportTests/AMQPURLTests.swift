import Broker
import Testing

@testable import AMQPTransport

/// The examples of RabbitMQ's URI specification, and what goes wrong in practice.
@Suite struct AMQPURLTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var text: String
        var user = "guest"
        var password = "guest"
        var host = "localhost"
        var port = 5672
        var virtualHost = "/"
        var heartbeat: UInt16?
        var frameMax: UInt32?
        var testDescription: String { text }
    }

    static let examples = [
        Example(
            text: "amqp://user:pass@host:10000/vhost", user: "user", password: "pass", host: "host", port: 10000,
            virtualHost: "vhost"),
        Example(
            text: "amqp://user%61:%61pass@ho%61st:10000/v%2fhost", user: "usera", password: "apass", host: "hoast",
            port: 10000, virtualHost: "v/host"),
        Example(text: "amqp://"),
        Example(text: "amqp://:@/", user: "", password: "", virtualHost: ""),
        Example(text: "amqp://user@", user: "user"),
        Example(text: "amqp://user:pass@", user: "user", password: "pass"),
        Example(text: "amqp://host", host: "host"),
        Example(text: "amqp://:10000", port: 10000),
        Example(text: "amqp:///vhost", virtualHost: "vhost"),
        Example(text: "amqp://host/", host: "host", virtualHost: ""),
        Example(text: "amqp://host/%2F", host: "host", virtualHost: "/"),
        Example(text: "amqp://[::1]", host: "::1"),
        Example(text: "AMQP://[::1]:5673/v", host: "::1", port: 5673, virtualHost: "v"),
        Example(text: "amqp://a:b:c@host", user: "a", password: "b:c", host: "host"),
        Example(text: "amqp://a:p%40ss@host", user: "a", password: "p@ss", host: "host"),
        Example(text: "amqp://host?heartbeat=7", host: "host", heartbeat: 7),
        Example(
            text: "amqp://host/v?heartbeat=0&frame_max=8192", host: "host", virtualHost: "v", heartbeat: 0,
            frameMax: 8192),
    ]

    @Test(arguments: examples)
    func reads(_ example: Example) throws {
        let url = try AMQPURL(parsing: example.text)
        #expect(url.user == example.user)
        #expect(url.password == example.password)
        #expect(url.endpoint.host == example.host)
        #expect(url.endpoint.port == example.port)
        #expect(url.virtualHost == example.virtualHost)
        #expect(url.heartbeat == example.heartbeat)
        #expect(url.frameMax == example.frameMax)
    }

    @Test(arguments: [
        ("amqp://u:p@one,two:5673,[::1]:5674,three/v", ["one:5672", "two:5673", "[::1]:5674", "three:5672"]),
        ("amqps://one,two:1", ["one:5671", "two:1"]),
        ("amqp://a,b@one", ["one:5672"]),
        ("amqp://one:1,one:2", ["one:1", "one:2"]),
    ])
    func readsTheHostsOfACluster(_ text: String, _ expected: [String]) throws {
        #expect(try AMQPURL(parsing: text).endpoints.map(\.description) == expected)
    }

    @Test(arguments: [
        ("amqp://one,,two", "a host is missing"), ("amqp://one,", "a host is missing"),
        ("amqp://,one", "a host is missing"), ("amqp://one,two,one:5672", "one host twice"),
        ("amqp://one:x,two", "not a port"),
    ])
    func refusesListsOfHosts(_ text: String, _ reason: String) throws {
        let error = #expect(throws: AMQPURLError.self) { try AMQPURL(parsing: text) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test func readsSecurity() throws {
        let plain = try AMQPURL(parsing: "amqps://host")
        #expect(plain.tls == ClientTLS())
        #expect(plain.endpoint.port == 5671)
        let text = "amqps://host:1?cacertfile=%2Fca.pem&certfile=c.pem&keyfile=k.pem&verify=verify_none"
        let url = try AMQPURL(parsing: text + "&server_name_indication=rabbit&auth_mechanism=external")
        #expect(
            url.tls
                == ClientTLS(
                    trustRootsFile: "/ca.pem", serverName: "rabbit", certificateFile: "c.pem", keyFile: "k.pem",
                    verifiesPeer: false))
        #expect(url.mechanism == .external)
        #expect(try AMQPURL(parsing: "amqp://host").tls == nil)
    }

    @Test func trustsACertificateAndShowsAClients() throws {
        var certificate = ServerCertificate(
            name: "localhost", authorityFile: "/a b/ca.pem", certificateFile: "/s.pem", keyFile: "/s.key")
        func read() throws -> ClientTLS? {
            try AMQPURL(parsing: "amqps://host/%2F?\(AMQPURL.query(trusting: certificate))").tls
        }
        #expect(try read() == ClientTLS(trustRootsFile: "/a b/ca.pem", serverName: "localhost"))
        certificate.client = ClientCertificate(certificateFile: "/c&d.pem", keyFile: "/c.key")
        var expected = certificate.trust
        expected.serverName = "mutual.localhost"
        #expect(try read() == expected && expected.certificateFile == "/c&d.pem" && expected.keyFile == "/c.key")
        #expect(certificate.withoutClient.client == nil && certificate.withoutClient.trust.certificateFile == nil)
    }

    @Test(arguments: [
        ("", "no scheme"), ("localhost:5672", "neither amqp nor amqps"), ("http://host", "neither amqp nor amqps"),
        ("amqps://host?certfile=c", "both certfile and keyfile"), ("amqp://host?cacertfile=c", "write amqps://"),
        ("amqps://host?verify=none", "verify_peer or verify_none"), ("amqps://host?cacertfile=", "has no value"),
        ("amqp://host?auth_mechanism=external", "needs amqps://"), ("amqp:host", "'//' is missing"),
        ("amqp://host:0", "not a port"),
        ("amqp://host:65536", "not a port"), ("amqp://host:+5", "not a port"), ("amqp://host:5x", "not a port"),
        ("amqp://::1", "brackets"), ("amqp://[::1", "']' is missing"), ("amqp://[::1]5", "':' is missing"),
        ("amqp://[]", "host is empty"), ("amqp://host/a/b", "%2F"), ("amqp://host/%2", "hexadecimal"),
        ("amqp://host/%zz", "hexadecimal"), ("amqp://host/%ff", "not UTF-8"),
        ("amqp://host?frame_max=4095", "frame_max"),
        ("amqp://host?heartbeat=-1", "heartbeat"), ("amqp://host?heartbeat=65536", "heartbeat"),
        ("amqp://host?depth=1", "'depth' is unknown"), ("amqp://host/v#f", "fragment"),
        ("amqp://a%00b@host", "zero byte"), ("amqp://host/" + String(repeating: "v", count: 256), "255"),
    ])
    func refuses(_ text: String, _ reason: String) {
        let error = #expect(throws: AMQPURLError.self) { try AMQPURL(parsing: text) }
        #expect(error?.description.contains(reason) == true)
    }

    @Test(arguments: [
        "amqp://user:secret@host:x", "amqp://user:secret", "amqp://user:sec/secret@host", "amqp://user:secret#@host",
        "amqp:user:secret@host", "amqp://user:secret@host?depth=1", "amqp://user:secret@[::1",
        "pmqa://user:secret@host",
    ])
    func keepsThePasswordToItself(_ text: String) {
        let error = #expect(throws: AMQPURLError.self) { try AMQPURL(parsing: text) }
        #expect(error?.description.contains("secret") == false, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        (530, "NOT_ALLOWED - vhost nope not found", "Create the vhost"),
        (530, "NOT_ALLOWED - access to vhost 'v' refused for user 'u'", "set_permissions"),
        (530, "NOT_ALLOWED - access to vhost 'v' refused: connection limit (1) is reached", "reached"),
    ])
    func mendsWhatIsKnown(_ code: UInt16, _ text: String, _ mend: String) throws {
        let url = try testURL("amqp://u:p@h/v")
        let sentence = Refusal(code: code, text: text).explanation(attempt: "open the vhost 'v'", url)
        #expect(sentence.contains(mend), "\(sentence)")
        #expect(sentence.contains("Create") == (mend == "Create the vhost"))
        #expect(sentence.contains("set_permissions") == (mend == "set_permissions"))
    }
}
