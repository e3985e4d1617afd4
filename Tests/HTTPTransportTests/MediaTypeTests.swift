import Testing

@testable import HTTP2

/// Media types by RFC 9110, 8.3.1 and 5.6.
@Suite struct MediaTypeTests {
    @Test(arguments: [
        "a/b", "A/B", " \ta/b\t ", "a/b;", "a/b ; ", "a/b;;", "a/b;c", "a/b;c=", "a/b;=", "a/b;c=\"", "a/b;c=\"\\",
        "a/b;c=d", "a/b ;\tc=d",
    ])
    func named(text: String) {
        #expect(isNamed(text, "a/b"))
    }

    @Test(arguments: ["", ";", "a/bc", "xa/b", "a/ b", "a/b,", "a/b c", "\"a/b\"", "a", "c;a/b"])
    func otherwiseNamed(text: String) {
        #expect(!isNamed(text, "a/b"))
    }

    @Test(arguments: [
        "a/b;c=dd", "a/b; C=DD", "a/b;x=y;c=dd", "a/b;;c=dd;", "a/b;c=\"dd\"", "a/b;c=\"\\d\\d\" ;x",
        "a/b;x=\";\\\";\";c=dd", "a/b;x;c=dd", "a/b;c=x;c=dd",
    ])
    func withParameter(text: String) {
        #expect(has(text, "c", "dd"))
    }

    @Test(arguments: [
        "a/b", "a/b;", "a/b;c", "a/b;c=", "a/b;c=d", "a/b;c=ddd", "a/b;cc=dd", "a/b;x=\"c=dd\"", "a/b;x=\";c=dd\"",
        "a/b;c=\"dd", "a/b;c=dd\"", "a/b;c=\"d\"", "a/b;c=\"ddd\"", "a/b;c=\"dd\\\"", "a/b;c=\"", "a/b;c=\"\"", "c=dd",
    ])
    func withoutParameter(text: String) {
        #expect(!has(text, "c", "dd"))
    }

    private func isNamed(_ text: String, _ name: StaticString) -> Bool {
        let bytes = Array(text.utf8)
        return MediaType(bytes.span.bytes).isNamed(name, in: bytes.span.bytes)
    }

    private func has(_ text: String, _ name: StaticString, _ value: StaticString) -> Bool {
        let bytes = Array(text.utf8)
        return MediaType(bytes.span.bytes).has(name, value, in: bytes.span.bytes)
    }
}
