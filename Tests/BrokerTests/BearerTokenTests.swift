import Testing

@testable import Broker

@Suite struct BearerTokenTests {
    @Test(arguments: ["a", "s3cret", "abc.DEF-_~+/==", "!\"#~", String(repeating: "x", count: 4096)])
    func accepts(text: String) throws {
        let token = try #require(BearerToken(text))
        #expect(token.credentials == "Bearer \(text)")
        #expect(isShown(token, by: token.credentials) && !isShown(token, by: "Bearer \(text)x"))
    }

    @Test(arguments: [
        "", " ", "a b", "a\n", "a\t", "a\u{7F}", "größe", "\u{1B}[0m", String(repeating: "x", count: 4097),
    ])
    func refuses(text: String) {
        #expect(BearerToken(text) == nil)
    }

    /// It may end up in a log.
    @Test func isNotPrinted() throws {
        #expect("\(try #require(BearerToken("s3cret")))" == "a token")
    }

    private func isShown(_ token: BearerToken, by credentials: String) -> Bool {
        token.isShown(by: Array(credentials.utf8).span.bytes)
    }
}
