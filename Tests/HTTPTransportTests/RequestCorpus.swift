extension RequestCase {
    static let corpus = framing + heads + requestLines + semantics + connections

    /// RFC 9112, 6 and 7: how long a body is.
    private static let framing: [RequestCase] = [
        .goesOn("Content-Length", Sample.post(), 202),
        .goesOn("Content-Length with zeros in front", Sample.post(length: "Content-Length: 00023\r\n"), 202),
        .goesOn("Content-Length twice, the same", Sample.post("Content-Length: 23\r\n"), 202),
        .closes("Content-Length twice, different", Sample.post("Content-Length: 22\r\n"), 400),
        .closes("Content-Length as a list", Sample.post(length: "Content-Length: 23, 23\r\n"), 400),
        .closes("a negative length", Sample.post(length: "Content-Length: -1\r\n"), 400),
        .closes("a length with a sign", Sample.post(length: "Content-Length: +23\r\n"), 400),
        .closes("an empty length", Sample.post(length: "Content-Length:\r\n"), 400),
        .closes("a hexadecimal length", Sample.post(length: "Content-Length: 0x17\r\n"), 400),
        .closes("a length with a fraction", Sample.post(length: "Content-Length: 23.0\r\n"), 400),
        .closes("a length beyond 64 bits", Sample.post(length: "Content-Length: 99999999999999999999\r\n"), 400),
        .closes("a length of 2^63 - 1", Sample.post(length: "Content-Length: 9223372036854775797\r\n"), 413),
        .closes("a body over the limit", Sample.post(length: "Content-Length: 1000000\r\n"), 413),
        .goesOn("no length at all", Sample.post(body: "", length: ""), 411),
        .goesOn("an empty body", Sample.post(body: ""), 400),
        .closes("both lengths", Sample.post("Transfer-Encoding: chunked\r\n"), 400),
        .closes(
            "both lengths, the other way round",
            Sample.post(length: "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400),
        .closes("gzip", Sample.post(length: "Transfer-Encoding: gzip\r\n"), 501),
        .closes("gzip, chunked", Sample.post(length: "Transfer-Encoding: gzip, chunked\r\n"), 501),
        .closes("chunked, identity", Sample.post(length: "Transfer-Encoding: chunked, identity\r\n"), 501),
        .closes("identity", Sample.post(length: "Transfer-Encoding: identity\r\n"), 501),
        .closes(
            "chunked twice", Sample.post("Transfer-Encoding: chunked\r\n", length: "Transfer-Encoding: chunked\r\n"),
            400),
        .closes("chunked behind a vertical tab", Sample.post(length: "Transfer-Encoding: \u{B}chunked\r\n"), 400),
        .goesOn("chunked in capitals", Sample.post(body: "0\r\n\r\n", length: "TRANSFER-ENCODING: Chunked\r\n"), 400),
        .goesOn("one chunk", Sample.chunked("17\r\n\(Sample.body)\r\n0\r\n\r\n"), 202),
        .goesOn(
            "three chunks", Sample.chunked("1\r\n{\r\n00015\r\n\"name\":\"a\",\"data\":\"b\"\r\n1\r\n}\r\n000\r\n\r\n"),
            202),
        .goesOn("a chunk extension", Sample.chunked("17;a=b;c=\"d\"\r\n\(Sample.body)\r\n0 ;x\r\n\r\n"), 202),
        .goesOn("trailers", Sample.chunked("17\r\n\(Sample.body)\r\n0\r\nA: b\r\nContent-Length: 3\r\n\r\n"), 202),
        .closes("a chunk with a sign", Sample.chunked("+17\r\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes("a chunk with 0x", Sample.chunked("0x17\r\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes("a chunk with a space in front", Sample.chunked(" 17\r\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes("a chunk without a size", Sample.chunked("\r\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes("a chunk of wide digits", Sample.chunked("１７\r\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes("a chunk with a bare LF", Sample.chunked("17\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes(
            "a chunk with a bare LF in an extension", Sample.chunked("17;a\nb\r\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes("a chunk longer than it says", Sample.chunked("16\r\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes("a chunk shorter than it says", Sample.chunked("18\r\n\(Sample.body)\r\n0\r\n\r\n"), 400),
        .closes("a chunk over the limit", Sample.chunked("FFFFFF\r\n"), 413),
        .closes("a chunk of 2^60", Sample.chunked("1000000000000000\r\n"), 400),
        .closes("a chunk of 2^64", Sample.chunked("10000000000000000\r\n"), 400),
        .closes("a long chunk extension", Sample.chunked("17;" + String(repeating: "x", count: 2_000) + "\r\n"), 400),
        .closes("endless trailers", Sample.chunked("0\r\n" + String(repeating: "A: b\r\n", count: 5_000)), 431),
        .goesOn("half a body", "POST /log HTTP/1.1\r\nHost: h\r\nContent-Length: 23\r\n\r\n{\"name\""),
        .goesOn("half a chunk", Sample.chunked("17\r\n{\"name\"")),
    ]

    /// RFC 9112, 2 and 5: lines and fields.
    private static let heads: [RequestCase] = [
        .goesOn("nothing", ""), .goesOn("half a head", "POST /log HTTP/1.1\r\nHo"),
        .goesOn("an empty line in front", "\r\n" + Sample.post(), 202),
        .closes("two empty lines in front", "\r\n\r\n" + Sample.post(), 400),
        .goesOn(
            "field names in capitals", "POST /log HTTP/1.1\r\nHOST: h\r\nCONTENT-LENGTH: 23\r\n\r\n\(Sample.body)", 202),
        .goesOn("no white space behind the colon", Sample.post("A:b\r\nB:\r\n"), 202),
        .goesOn(
            "tabs and spaces around a value", Sample.post("A: \t b \t \r\n", length: "Content-Length: \t 23 \t\r\n"),
            202),
        .goesOn("UTF-8 in a value", Sample.post("A: größe\r\n"), 202),
        .goesOn("all token characters in a name", Sample.post("!#$%&'*+-.^_`|~09azAZ: b\r\n"), 202),
        .closes("a space before the colon", Sample.post("A : b\r\n"), 400),
        .closes("Content-Length with a space before the colon", Sample.post(length: "Content-Length : 23\r\n"), 400),
        .closes("line folding", Sample.post("A: b\r\n c\r\n"), 400),
        .closes("line folding with a tab", Sample.post("A: b\r\n\tc\r\n"), 400),
        .closes("white space before the first field", "POST /log HTTP/1.1\r\n Host: h\r\n\r\n", 400),
        .closes("a field without colon", Sample.post("A\r\n"), 400),
        .closes("a field without name", Sample.post(": b\r\n"), 400),
        .closes("a name with a slash", Sample.post("A/B: c\r\n"), 400),
        .closes("a name in UTF-8", Sample.post("Größe: c\r\n"), 400),
        .closes("a name in parentheses", Sample.post("(A): c\r\n"), 400),
        .closes("a bare LF", Sample.post("A: b\nC: d\r\n"), 400),
        .closes("only LF", "POST /log HTTP/1.1\nHost: h\n\n", 400),
        .closes("a bare CR", Sample.post("A: b\rC: d\r\n"), 400), .closes("two CR", Sample.post("A: b\r\r\n"), 400),
        .closes("NUL in a value", Sample.post("A: b\0c\r\n"), 400),
        .closes("NUL in a name", Sample.post("A\0: c\r\n"), 400),
        .closes("an escape character in a value", Sample.post("A: \u{1B}[0m\r\n"), 400),
        .goesOn("100 fields", Sample.post(String(repeating: "A: b\r\n", count: 98)), 202),
        .closes("101 fields", Sample.post(String(repeating: "A: b\r\n", count: 99)), 431),
        .goesOn(
            "a head just below the limit", Sample.post("A: " + String(repeating: "b", count: 16_300) + "\r\n"), 202),
        .closes("a head over the limit", Sample.post("A: " + String(repeating: "b", count: 16_400) + "\r\n"), 431),
        .closes("a line without end", "POST /log HTTP/1.1\r\nA: " + String(repeating: "b", count: 20_000), 431),
        .closes("a request line without end", "POST /" + String(repeating: "b", count: 20_000), 431),
    ]

    /// RFC 9112, 3: request lines, targets and Host.
    private static let requestLines: [RequestCase] = [
        .goesOn("a path with a query", Sample.get("/echo?limit=5&x=%20"), 200),
        .goesOn("two question marks", Sample.get("/echo?a?b"), 200), .goesOn("another path", Sample.get("/"), 404),
        .goesOn("the entry path with a query", Sample.post().replacing("/log", with: "/log?x=1"), 202),
        .goesOn("a target in absolute-form", Sample.post().replacing("/log", with: "http://h/log"), 202),
        .goesOn("absolute-form with port and query", Sample.get("HTTP://user@h:8080/echo?q=1"), 200),
        .goesOn("absolute-form without path", Sample.get("http://h"), 404),
        .goesOn("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 404),
        .closes("a target without slash", Sample.get("log"), 400),
        .closes("another scheme", Sample.get("ftp://h/log"), 400),
        .closes("no target", "GET HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        .closes("an empty target", "GET  HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        .closes("two spaces before the version", "GET /echo  HTTP/1.1\r\nHost: h\r\n\r\n", 505),
        .closes("a tab in the request line", "GET\t/echo HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        .closes("a space in the target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 505),
        .closes("UTF-8 in the target", Sample.get("/größe"), 400),
        .closes("DEL in the target", Sample.get("/\u{7F}"), 400),
        .closes("a space in front of the method", " GET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        .closes("a method with a slash", "G/T /echo HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        .closes("only a method", "GET\r\nHost: h\r\n\r\n", 400),
        .closes("no version", "GET /echo\r\nHost: h\r\n\r\n", 400),
        .closes("HTTP/2.0", "GET /echo HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        .closes("HTTP/1.2", "GET /echo HTTP/1.2\r\nHost: h\r\n\r\n", 505),
        .closes("HTTP/0.9", "GET /echo HTTP/0.9\r\nHost: h\r\n\r\n", 505),
        .closes("http/1.1", "GET /echo http/1.1\r\nHost: h\r\n\r\n", 505),
        .closes("a space behind the version", "GET /echo HTTP/1.1 \r\nHost: h\r\n\r\n", 505),
        .closes("HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        .closes("a greeting of TLS", "\u{16}\u{3}\u{1}\0\u{A5}\u{1}", 400), .closes("AMQP", "AMQP\0\0\u{9}\u{1}", 400),
        .closes("no Host", Sample.get("/echo", fields: ""), 400),
        .closes("two Hosts", Sample.get("/echo", fields: "Host: a\r\nHost: a\r\n"), 400),
        .closes("no Host at the entry path", "POST /log HTTP/1.1\r\nContent-Length: 23\r\n\r\n\(Sample.body)", 400),
        .goesOn("an empty Host", Sample.get("/echo", fields: "Host:\r\n"), 200),
        .goesOn("an IPv6 Host", Sample.get("/echo", fields: "Host: [::1]:80\r\n"), 200),
        .closes("a Host with a space", Sample.get("/echo", fields: "Host: a b\r\n"), 400),
        .closes("a Host with a path", Sample.get("/echo", fields: "Host: a/b\r\n"), 400),
        .closes("a Host with a user", Sample.get("/echo", fields: "Host: u@a\r\n"), 400),
    ]

    /// RFC 9110: methods, content, expectations.
    private static let semantics: [RequestCase] = [
        .goesOn("GET at the entry path", Sample.get("/log"), 405),
        .goesOn("PUT at the entry path", Sample.post().replacing("POST", with: "PUT"), 405),
        .goesOn("an unknown method", Sample.post().replacing("POST", with: "BREW"), 405),
        .goesOn("a method in small letters", Sample.post().replacing("POST", with: "post"), 405),
        .goesOn(
            "a GET with a body", "GET /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + Sample.get("/echo"),
            200, 200),
        .goesOn("a body that is not JSON", Sample.post(body: "name=a&data=b"), 400),
        .goesOn("a body without data", Sample.post(body: #"{"name":"a"}"#), 400),
        .goesOn(
            "an entry over the limit",
            Sample.post(body: #"{"name":"","data":""# + String(repeating: "x", count: 101) + #""}"#), 413),
        .goesOn("a content type", Sample.post("Content-Type: application/json\r\n"), 202),
        .goesOn(
            "a content type with parameters", Sample.post("Content-Type: Application/JSON ; charset=utf-8\r\n"), 202),
        .goesOn(
            "parameters in quotes, in capitals and between blanks",
            Sample.post("Content-Type: \t APPLICATION/json\t;; A=\";\\\"\" ;CharSet=\"UTF-8\" ; \r\n"), 202),
        .goesOn("a list of content types", Sample.post("Content-Type: application/json, text/plain\r\n"), 415),
        .goesOn("another content type", Sample.post("Content-Type: text/plain\r\n"), 415),
        .goesOn("a content type that begins like it", Sample.post("Content-Type: application/jsonx\r\n"), 415),
        .goesOn("an empty content type", Sample.post("Content-Type:\r\n"), 415),
        .goesOn("Expect: 100-continue", Sample.post("Expect: 100-continue\r\n"), 100, 202),
        .goesOn(
            "Expect: 100-Continue, chunked",
            Sample.chunked("17\r\n\(Sample.body)\r\n0\r\n\r\n", fields: "Expect: 100-Continue\r\n"), 100, 202),
        .goesOn(
            "Expect before the body",
            Sample.post("Expect: 100-continue\r\n", body: "", length: "Content-Length: 23\r\n"), 100),
        .closes(
            "Expect before a body over the limit",
            Sample.post("Expect: 100-continue\r\n", length: "Content-Length: 1000000\r\n"), 413),
        .closes("another expectation", Sample.post("Expect: 200-ok\r\n"), 417),
    ]

    /// RFC 9112, 9: keeping and ending connections.
    private static let connections: [RequestCase] = [
        .goesOn("three requests at once", Sample.post() + Sample.get("/echo") + Sample.post(), 202, 200, 202),
        .goesOn(
            "a chunked request in front of another",
            Sample.chunked("17\r\n\(Sample.body)\r\n0\r\n\r\n") + Sample.post(), 202, 202),
        .goesOn("an empty line between requests", Sample.post() + "\r\n" + Sample.post(), 202, 202),
        .closes("Connection: close", Sample.post("Connection: close\r\n"), 202),
        .closes("Connection: Close in a list", Sample.post("Connection: foo , Close\r\n"), 202),
        .closes(
            "Connection: close in the second of two lines",
            Sample.post("Connection: keep-alive\r\nConnection: close\r\n"), 202),
        .closes("requests behind Connection: close", Sample.post("Connection: close\r\n") + Sample.post(), 202),
        .closes("requests behind a bad one", Sample.post("A : b\r\n") + Sample.post(), 400),
        .goesOn("Connection: keep-alive", Sample.post("Connection: keep-alive\r\n"), 202),
        .goesOn("Connection: closed", Sample.post("Connection: closed, xclose\r\n"), 202),
        .closes("HTTP/1.0", "POST /log HTTP/1.0\r\nContent-Length: 23\r\n\r\n\(Sample.body)", 202),
        .closes("HTTP/1.0 with a Host", Sample.post().replacing("HTTP/1.1", with: "HTTP/1.0"), 202),
        .goesOn(
            "HTTP/1.0 with keep-alive",
            Sample.post("Connection: Keep-Alive\r\n").replacing("HTTP/1.1", with: "HTTP/1.0"), 202),
        .closes(
            "HTTP/1.0 with keep-alive and close",
            Sample.post("Connection: keep-alive, close\r\n").replacing("HTTP/1.1", with: "HTTP/1.0"), 202),
        .closes(
            "HTTP/1.0 with Expect gets no 100",
            Sample.post("Expect: 100-continue\r\n").replacing("HTTP/1.1", with: "HTTP/1.0"), 202),
        .closes(
            "HTTP/1.0 with chunks ends, whatever it asks for",
            Sample.chunked("17\r\n\(Sample.body)\r\n0\r\n\r\n", fields: "Connection: keep-alive\r\n").replacing(
                "HTTP/1.1", with: "HTTP/1.0"), 202),
    ]
}
