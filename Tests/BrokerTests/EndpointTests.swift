import Testing

@testable import Broker

@Suite struct EndpointTests {
    /// A text, the host and the port that it stands for.
    @Test(arguments: [
        ("127.0.0.1:5001", "127.0.0.1", 5001), ("[::1]:5001", "::1", 5001), ("[fe80::1]:0", "fe80::1", 0),
        ("logger.internal:65535", "logger.internal", 65535), ("localhost:1", "localhost", 1), ("a:080", "a", 80),
    ])
    func accepts(text: String, host: String, port: Int) throws {
        #expect(try Endpoint(parsing: text) == Endpoint(host: host, port: port))
    }

    @Test(arguments: ["127.0.0.1:5001", "[::1]:5001", "logger.internal:0"])
    func readsWhatItWrites(text: String) throws {
        #expect(try Endpoint(parsing: text).description == text)
    }

    /// Where to listen may be every address; where to send may not, and is this machine where no host is named.
    @Test(arguments: ["*:5001", ":5001"])
    func everyAddress(text: String) throws {
        let endpoint = try Endpoint(listeningAt: text)
        #expect(endpoint.isEverywhere && endpoint.port == 5001 && endpoint.description == "*:5001")
        #expect(throws: EndpointError.self) { try Endpoint(parsing: "*:5001") }
        #expect(try Endpoint(parsing: ":5001") == Endpoint(host: "localhost", port: 5001))
    }

    @Test(arguments: ["[::]:5001", "0.0.0.0:0", "localhost:80"])
    func listensAtOneAddress(text: String) throws {
        #expect(try Endpoint(listeningAt: text) == Endpoint(parsing: text))
    }

    @Test(arguments: ["*", ":", "*:", "**:80", "*:65536", "[*]:80", "::1:80", "*.host:80"])
    func refusesToListen(text: String) {
        let error = #expect(throws: EndpointError.self) { try Endpoint(listeningAt: text) }
        #expect(error?.text == text)
    }

    /// A text, the Unix domain socket that it stands for, and the text of that.
    @Test(
        arguments: [
            ("unix:/run/logger.sock", .path("/run/logger.sock"), "unix:/run/logger.sock"),
            ("unix:///run/logger.sock", .path("/run/logger.sock"), "unix:/run/logger.sock"),
            ("unix:/a b:5001/c=d,é", .path("/a b:5001/c=d,é"), "unix:/a b:5001/c=d,é"),
            ("unix:@logger", .abstract("logger"), "unix:@logger"),
            ("unix:@a/b:80", .abstract("a/b:80"), "unix:@a/b:80"),
        ] as [(String, UnixSocketName, String)])
    func unixSockets(text: String, name: UnixSocketName, description: String) throws {
        for endpoint in [try Endpoint(parsing: text), try Endpoint(listeningAt: text)] {
            #expect(endpoint == .unix(name) && endpoint.description == description)
            #expect(endpoint.host == nil && endpoint.port == nil && !endpoint.isEverywhere)
            #expect(endpoint.authority == "localhost" && endpoint.serverName == "localhost")
            #expect(try Endpoint(parsing: endpoint.description) == endpoint)
        }
    }

    @Test(arguments: [
        "unix:", "unix:/", "unix:///", "unix:@", "unix:logger.sock", "unix:/a\nb", "unix:@a\0", "unix-abstract:logger",
        "UNIX:/run/logger.sock",
    ])
    func refusesUnixSockets(text: String) throws {
        let error = #expect(throws: EndpointError.self) { try Endpoint(parsing: text) }
        #expect(error?.description.hasSuffix("or unix:/PATH or unix:@NAME.") == true)
    }

    /// A host may be called unix.
    @Test func hostOfThatName() throws {
        #expect(try Endpoint(parsing: "unix:5001") == Endpoint(host: "unix", port: 5001))
    }

    @Test(arguments: ["/", "@"])
    func longestName(start: String) throws {
        let longest = String(repeating: "x", count: 107 - (start == "/" ? 1 : 0))
        #expect(try Endpoint(parsing: "unix:\(start)\(longest)").description == "unix:\(start)\(longest)")
        let error = #expect(throws: EndpointError.self) { try Endpoint(parsing: "unix:\(start)\(longest)x") }
        #expect(
            error?.description
                == "'unix:\(start)\(longest)x' is not an address. Write a path, or a name behind @, of at "
                + "most 107 bytes, for which sun_path has room (unix(7)); this one has 108.")
    }

    /// A text and what is wrong with it.
    @Test(arguments: [
        ("", "nothing"), ("5001", "no host"), (":", "nothing at all"), ("host", "no port"),
        ("host:", "an empty port"),
        ("host:65536", "above the last port"), ("host:-1", "below the first port"), ("host:+80", "a sign"),
        ("host:80x", "not a number"), ("host: 80", "white space"), ("host:80 ", "white space"),
        ("host:８０", "wide digits"),
        ("::1:5001", "an IPv6 address without brackets"), ("[]:5001", "empty brackets"), ("[::1]", "no port"),
        ("[::1", "an open bracket"), ("[::1:5001", "an open bracket"), ("::1]:5001", "a closed bracket"),
        ("[[::1]]:80", "two pairs of brackets"), ("ho st:80", "white space in the host"),
        ("host\n:80", "a line end in the host"), ("http://host:80", "a URL"), ("host/path:80", "a path"),
    ])
    func refuses(text: String, reason: String) {
        let error = #expect(throws: EndpointError.self, "\(reason)") { try Endpoint(parsing: text) }
        #expect(
            error?.description
                == "'\(text)' is not an address. Write HOST:PORT, as in 127.0.0.1:5001 or [::1]:5001, or "
                + "unix:/PATH or unix:@NAME.")
    }
}
