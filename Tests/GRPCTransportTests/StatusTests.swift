import Testing

@testable import GRPCTransport

@Suite struct StatusTests {
    @Test(arguments: [
        ("plain text", "plain text"), ("100%", "100%25"), ("ü\n", "%C3%BC%0A"), ("~ \u{7F}", "~ %7F"), ("", ""),
    ])
    func messagesArePercentEncoded(text: String, encoded: String) {
        #expect(PercentEncoding.encode(text) == Array(encoded.utf8))
        #expect(PercentEncoding.decode(Array(encoded.utf8)) == text)
    }

    @Test(arguments: [("%", "%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("a%c3%bc", "aü"), ("%FF", "\u{FFFD}")])
    func wrongEncodingsAreKept(encoded: String, text: String) {
        #expect(PercentEncoding.decode(Array(encoded.utf8)) == text)
    }

    @Test func codesHaveTheNamesOfTheSpecification() {
        #expect(GRPCStatus.Code.allCases.map(\.rawValue) == Array(0...16))
        #expect(GRPCStatus.Code.deadlineExceeded.name == "DEADLINE_EXCEEDED")
    }
}
