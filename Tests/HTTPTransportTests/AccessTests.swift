import Broker
import EngineTestKit
import HTTP2TestKit
import NIOCore
import Testing

@testable import HTTPTransport

/// Who may speak to an HTTP address, over both versions.
@Suite struct AccessTests {
    enum Version: CaseIterable {
        case http1, http2
    }

    private static let secret = BearerToken("s3cret-Token")
    private static let ownHosts = [
        "localhost", "localhost:8080", "LocalHost:1", "127.0.0.1", "127.0.0.1:9999", "127.1.2.3", "[::1]", "[::1]:80",
        "[::ffff:127.0.0.1]:80", "logger.internal:8080", "LOGGER.Internal", "",
    ]
    private static let foreignHosts = [
        "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "xlocalhost",
        "localhost.", "127.0.0.1x", "128.0.0.1", "0.0.0.0:8080", "10.0.0.1", "[::2]:80", "[fe80::1]", "localhost:80x",
        "localhost:80:80", "[::1]x", "127.0.0.1:80,evil", "internal", "logger",
    ]

    @Test("On loopback, the Host has to be one of the address", arguments: Version.allCases)
    func hosts(version: Version) throws {
        for host in Self.ownHosts {
            // RFC 9113, 8.3.1: HTTP/2 has no empty host.
            if host.isEmpty && version == .http2 { continue }
            #expect(try status(SampleRequest(host: host), version, isLoopback: true) == 202, "\(host)")
        }
        for host in Self.foreignHosts {
            #expect(try status(SampleRequest(host: host), version, isLoopback: true) == 421, "\(host)")
            let get = SampleRequest(method: "GET", path: "/echo", host: host, body: "")
            #expect(try status(get, version, isLoopback: true) == 421, "\(host)")
            // How others know this machine, it cannot tell.
            #expect(try status(SampleRequest(host: host), version, isLoopback: false) == 202, "\(host)")
        }
    }

    /// DNS rebinding: the page's own origin, whose name now means this machine.
    @Test("A page whose name was made to mean this machine gets nothing", arguments: Version.allCases)
    func rebinding(version: Version) throws {
        let fields = [("origin", "http://evil.example:8080"), ("sec-fetch-site", "same-origin")]
        let request = SampleRequest(host: "evil.example:8080", fields: fields)
        #expect(try status(request, version, isLoopback: true) == 421)
    }

    @Test(
        "Pages of other sites get nothing, wherever they are", arguments: Version.allCases,
        [
            [("origin", "null")], [("origin", "http://evil.example")], [("origin", "")], [("origin", "localhost:8080")],
            [("origin", "http://localhost")], [("origin", "http://localhost:3000")], [("origin", "file://")],
            [("origin", "http://localhost:8080.evil.example")], [("origin", "http://localhost:8080/")],
            [("origin", "ftp://localhost:8080")], [("origin", "chrome-extension://abc")],
            [("sec-fetch-site", "cross-site")], [("sec-fetch-site", "same-site")], [("sec-fetch-site", "x")],
            [("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")],
        ] as [[(String, String)]])
    func pages(version: Version, fields: [(String, String)]) throws {
        for isLoopback in [false, true] {
            let post = SampleRequest(host: "localhost:8080", fields: fields)
            #expect(try status(post, version, isLoopback: isLoopback) == 403)
            // What a browser asks before it sends a request that is not a simple one.
            let preflight = SampleRequest(
                method: "OPTIONS", host: "localhost:8080",
                fields: fields + [("access-control-request-method", "POST")], body: "")
            let answer = try #require(try answer(to: preflight, version, isLoopback: isLoopback))
            #expect(answer.status == 403 && !answer.fields.keys.contains { $0.hasPrefix("access-control") })
        }
    }

    @Test(
        "The user of a browser, and a page of this address, may ask", arguments: Version.allCases,
        [
            [("origin", "http://localhost:8080")], [("origin", "HTTP://LOCALHOST:8080")],
            [("origin", "https://localhost:8080")], [("sec-fetch-site", "none")], [("sec-fetch-site", "same-origin")],
            [("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")],
        ] as [[(String, String)]])
    func ownPages(version: Version, fields: [(String, String)]) throws {
        let request = SampleRequest(host: "localhost:8080", fields: fields)
        #expect(try status(request, version, isLoopback: true) == 202)
    }

    /// A form can send these content types to any site without being asked first (Fetch, 2.2.2).
    @Test(
        "A form's content types are not taken", arguments: Version.allCases,
        ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
    func forms(version: Version, contentType: String) throws {
        let request = SampleRequest(host: "localhost", fields: [("content-type", contentType)])
        #expect(try status(request, version, isLoopback: true) == 415)
    }

    @Test("A refused request is no entry that could not be read", arguments: Version.allCases)
    func counts(version: Version) throws {
        let server = HTTP2Server(isLoopback: true)
        try say(SampleRequest(host: "evil.example"), version, to: server)
        #expect(server.recorder.undecodable == 0 && server.recorder.entries.isEmpty)
    }

    // MARK: HTTP/1.x

    @Test(
        "Programs of HTTP/1.0 need no Host",
        arguments: [
            ("POST /log HTTP/1.0\r\nContent-Length: 23\r\n\r\n\(Sample.body)", 202),
            ("GET /echo HTTP/1.0\r\n\r\n", 200),
            ("GET /echo HTTP/1.0\r\nOrigin: http://localhost\r\n\r\n", 403),
            ("GET http://localhost:80/echo HTTP/1.1\r\nHost: localhost:80\r\n\r\n", 200),
            // RFC 9112, 3.2.2: the target's host counts.
            ("GET http://evil.example/echo HTTP/1.1\r\nHost: localhost\r\n\r\n", 421),
            ("GET /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a\r\nOrigin: http://localhost\r\n\r\n", 400),
        ])
    func http1(request: String, status: Int) throws {
        let server = HTTP2Server(isLoopback: true)
        try server.receive(ByteBuffer(string: request))
        #expect(Answer.parse(Array(server.said.readableBytesView))?.map(\.status) == [status])
    }

    /// A head that was let in is known by comparison from then on; one that was not is never learned.
    @Test("Every request of a connection is looked at")
    func repeatedHeads() throws {
        let good = SampleRequest(host: "localhost").text
        for bad in [
            SampleRequest(host: "localhosu"), SampleRequest(host: "localhost", fields: [("origin", "http://a")]),
        ] {
            let server = HTTP2Server(isLoopback: true)
            try server.receive(ByteBuffer(string: good + good + bad.text + good))
            let statuses = Answer.parse(Array(server.said.readableBytesView))?.map(\.status)
            #expect(statuses?.prefix(2) == [202, 202] && statuses?.count == 3)
            #expect(server.recorder.entries.count == 2)
        }
    }

    @Test("A refusal does not wait for a body, and asks for none", arguments: [421, 401])
    func early(status: Int) throws {
        var configuration = HTTPServerConfiguration.sample()
        if status == 401 { configuration.access = HTTPAccess(token: Self.secret) }
        let server = HTTP2Server(configuration: configuration, isLoopback: status == 421)
        let head = "POST /log HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 23\r\n\r\n"
        try server.receive(ByteBuffer(string: head))
        let answers = Answer.parse(Array(server.said.readableBytesView))
        #expect(answers?.map(\.status) == [status] && answers?.first?.fields["connection"] == "close")
    }

    // MARK: HTTP/2

    @Test("Host and :authority have to be the same", arguments: [("localhost", 202), ("127.0.0.1", 400)])
    func twoHosts(host: String, status: Int) throws {
        let request = SampleRequest(host: "localhost", fields: [("host", host)])
        #expect(try self.status(request, .http2, isLoopback: true) == status)
    }

    @Test("Host stands in for :authority, also behind Origin")
    func hostOnly() throws {
        for (origin, expected) in [("http://localhost", 202), ("http://evil", 403)] {
            let server = HTTP2Server(isLoopback: true)
            var frames = RawFrames.client()
            let list = SampleRequest().list.filter { $0.0 != ":authority" }
            frames.addHeaders(1, list + [("origin", origin), ("host", "localhost")], endStream: false)
            frames.addData(1, Array(Sample.body.utf8), endStream: true)
            try server.receive(frames.bytes)
            #expect(server.answer(to: 1)?.status == expected)
        }
    }

    @Test("A small body comes before its refusal, a large one does not", arguments: [(100, false), (70_000, true)])
    func bodiesOfRefusedRequests(count: Int, isEarly: Bool) throws {
        let server = HTTP2Server(isLoopback: true)
        var frames = RawFrames.client()
        // The client knows the server's windows.
        frames.add(RawFrames.Kind.settings, 1, 0, [])
        frames.addHeaders(1, SampleRequest(host: "evil.example").list, endStream: false)
        for _ in 0..<5 { frames.addData(1, [UInt8](repeating: 0x20, count: count / 5), endStream: false) }
        try server.receive(frames.bytes)
        #expect(server.answer(to: 1)?.status == (isEarly ? 421 : nil))
        var end = RawFrames()
        end.addData(1, [], endStream: true)
        try server.receive(end.bytes)
        #expect(server.answer(to: 1)?.status == 421 && server.engine.isIdle)
        #expect(server.reset(of: 1) == (isEarly ? 0 : nil))
    }

    @Test("Who waits to be asked for a body is refused at once")
    func refusedExpectations() throws {
        let server = HTTP2Server(isLoopback: true)
        var frames = RawFrames.client()
        let fields = [("expect", "100-continue")]
        frames.addHeaders(1, SampleRequest(host: "evil.example", fields: fields).list, endStream: false)
        try server.receive(frames.bytes)
        #expect(server.frames.stream(1).first?.fields[":status"] == "421" && server.engine.isIdle)
    }

    @Test("Each stream is looked at for itself")
    func streams() throws {
        let server = HTTP2Server(isLoopback: true)
        var frames = RawFrames.client()
        let hosts = ["localhost", "evil.example", "evil.example", "localhost", "127.0.0.1"]
        for (number, host) in hosts.enumerated() {
            SampleRequest(host: host).add(to: &frames, stream: UInt32(2 * number + 1))
        }
        try server.receive(frames.bytes)
        #expect((0..<5).map { server.answer(to: 2 * $0 + 1)?.status } == [202, 421, 421, 202, 202])
    }

    // MARK: The token

    @Test(
        "A token lets in, on every path", arguments: Version.allCases,
        [
            ("Bearer s3cret-Token", true), ("bearer   s3cret-Token", true), ("BEARER s3cret-Token", true), (nil, false),
            ("", false), ("Bearer", false), ("Bearer s3cret-Toke", false),
            ("Bearer s3cret-Tokenx", false), ("Bearer S3cret-Token", false), ("s3cret-Token", false),
            ("Basic s3cret-Token", false), ("Bearers3cret-Token", false), ("Bearer s3cret-Token x", false),
        ] as [(String?, Bool)])
    func token(version: Version, shown: (credentials: String?, isLetIn: Bool)) throws {
        let (credentials, isLetIn) = shown
        let fields = credentials.map { [("authorization", $0)] } ?? []
        for (request, status) in [
            (SampleRequest(fields: fields), 202),
            (SampleRequest(method: "GET", path: "/echo", fields: fields, body: ""), 200),
            (SampleRequest(method: "GET", path: "/nowhere", fields: fields, body: ""), 404),
        ] {
            let answer = try #require(try answer(to: request, version, token: Self.secret))
            #expect(answer.status == (isLetIn ? status : 401))
            // RFC 9110, 15.5.2.
            #expect(answer.fields["www-authenticate"] == (isLetIn ? nil : #"Bearer realm="broker-lab""#))
        }
    }

    @Test("A token does not open the address to pages of other sites", arguments: Version.allCases)
    func tokenOfAPage(version: Version) throws {
        let fields = [("authorization", "Bearer s3cret-Token"), ("origin", "http://evil.example")]
        #expect(try answer(to: SampleRequest(fields: fields), version, token: Self.secret)?.status == 403)
    }

    @Test("Every address's own machine may know it by its name")
    func everywhere() {
        let anywhere = HTTPAccess(Endpoint(host: "*", port: 80))
        for (host, isOwn) in [("localhost", true), ("*", true), ("evil.example", false)] {
            #expect(anywhere.isOwn(Array(host.utf8).span.bytes) == isOwn)
        }
    }

    private func status(_ request: SampleRequest, _ version: Version, isLoopback: Bool) throws -> Int? {
        try answer(to: request, version, isLoopback: isLoopback)?.status
    }

    private func answer(
        to request: SampleRequest, _ version: Version, isLoopback: Bool = false, token: BearerToken? = nil
    ) throws -> Answer? {
        var configuration = HTTPServerConfiguration.sample()
        configuration.access = HTTPAccess(Endpoint(host: "Logger.internal", port: 8080), token: token)
        let server = HTTP2Server(configuration: configuration, isLoopback: isLoopback)
        try say(request, version, to: server)
        return version == .http2
            ? server.answer(to: 1) : Answer.parse(Array(server.said.readableBytesView))?.first
    }

    private func say(_ request: SampleRequest, _ version: Version, to server: HTTP2Server) throws {
        var frames = RawFrames.client()
        request.add(to: &frames, stream: 1)
        try server.receive(version == .http2 ? frames.bytes : ByteBuffer(string: request.text))
    }
}
