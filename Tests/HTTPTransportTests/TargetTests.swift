import Broker
import Testing

@testable import HTTPTransport

@Suite struct TargetTests {
    /// A text; the host, port, path and value of Host that it stands for.
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080, "/log", "127.0.0.1:8080"),
        ("[::1]:8080", "::1", 8080, "/log", "[::1]:8080"),
        ("h:80/x", "h", 80, "/x", "h"),
        ("http://h", "h", 80, "/log", "h"),
        ("http://h/", "h", 80, "/", "h"),
        ("http://h:80/a", "h", 80, "/a", "h"),
        ("HTTP://h:8080/a/b?c=d&e=%20", "h", 8080, "/a/b?c=d&e=%20", "h:8080"),
        ("http://h:8080", "h", 8080, "/log", "h:8080"),
        (":8080", "localhost", 8080, "/log", "localhost:8080"),
        ("http://[::1]/a:b", "::1", 80, "/a:b", "[::1]"),
        ("http://[::1]:81/", "::1", 81, "/", "[::1]:81"),
    ])
    func accepts(text: String, host: String, port: Int, path: String, authority: String) throws {
        let target = try HTTPTarget(parsing: text)
        #expect(target.endpoint == Endpoint(host: host, port: port))
        #expect(target.path == path)
        #expect(target.authority == authority)
    }

    /// A text; the socket and the path that it stands for.
    @Test(
        arguments: [
            ("unix:/run/l.sock", .path("/run/l.sock"), "/log"),
            ("unix:///run/l.sock:/x", .path("/run/l.sock:/x"), "/log"), ("unix:/a://b", .path("/a://b"), "/log"),
            ("http://unix:/run/l.sock:/a/b?c=d:/e", .path("/run/l.sock"), "/a/b?c=d:/e"),
            ("http://unix:/run/l.sock", .path("/run/l.sock"), "/log"),
            ("http://unix:/run/l.sock:/", .path("/run/l.sock"), "/"),
            ("unix:@l", .abstract("l"), "/log"), ("http://unix:@l:/x", .abstract("l"), "/x"),
        ] as [(String, UnixSocketName, String)])
    func acceptsUnixSockets(text: String, name: UnixSocketName, path: String) throws {
        let target = try HTTPTarget(parsing: text)
        #expect(target.endpoint == .unix(name))
        #expect(target.path == path)
        #expect(target.authority == "localhost")
    }

    @Test(arguments: [
        "unix:", "unix:/", "http://unix:/", "http://unix:@:/x", "http://unix:/run/l.sock:/a b",
        "unix:/\(String(repeating: "x", count: 107))",
    ])
    func refusesUnixSockets(text: String) {
        #expect(throws: EndpointError.self) { try HTTPTarget(parsing: text) }
    }

    @Test(arguments: [
        "", "h", "/log", "http://", "http:///log", "http://:80/", "http://h:/", "http://h:x/", "http://h:65536/",
        "http://h:+80/", "http://h/ä", "http://h/a b", "http://h/a\r\nX: y", "http://a\r\nb/", "http://u@h/",
        "http://u:p@h/",
        "http://h/a#b", "http://h?q", "[::1]", "::1", "http://::1/", "h:80 /x",
    ])
    func refuses(text: String) {
        #expect(throws: EndpointError.self) { try HTTPTarget(parsing: text) }
    }

    @Test(arguments: [
        ("", "a host"), ("/v2/log", "a host"), ("http:///log", "a host"), ("http://:80/", "a host"),
        ("logger/log", "a port"),
    ])
    func saysWhatIsMissing(text: String, lacks: String) {
        let error = #expect(throws: EndpointError.self) { try HTTPTarget(parsing: text) }
        #expect(
            error?.description == "'\(text)' is not an address: it lacks \(lacks). Write http://HOST:PORT/PATH, as in "
                + "http://127.0.0.1:8080/log, or HOST:PORT, or unix:/PATH.")
    }

    @Test(arguments: ["https://h/", "ftp://h/", "amqp://h:5672", "://h", "x://"])
    func refusesOtherSchemes(text: String) {
        let error = #expect(throws: TransportError.self) { try HTTPTarget(parsing: text) }
        #expect(error?.fate == .notSent && error?.message.contains("'\(text)' is not an http:// URL") == true)
    }
}
