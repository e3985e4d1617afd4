import Testing

@testable import RabbitMQNode

/// What a node that did not start has said.
struct NodeFolderTests {
    @Test(arguments: [
        ("\u{1b}[38;5;160m2026 [error] \u{1b}[0m no\u{1b}[1m!\n", "2026 [error]  no!\n"),
        ("plain\ttext\n", "plain\ttext\n"),
        ("\u{1b}", ""), ("\u{1b}[", ""), ("a\rb\u{7}", "ab"),
    ])
    func isShownWithoutColours(_ log: String, _ shown: String) {
        #expect(NodeFolder.plain(log) == shown)
    }
}
