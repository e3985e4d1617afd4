import Foundation
import FoundationXML
import Testing

@testable import BenchmarkResults

/// What a CI's test report is given: an outcome a case, that says what the exit code says.
@Suite("JUnit's XML")
struct JUnitTests {
    @Test(
        "a comparison's cases fail, or are in error, where its exit code says so",
        arguments: CompareTests.FooledCase.allCases)
    func comparison(_ made: CompareTests.FooledCase) {
        let file = CompareTests.fooled(made).junit
        let outcomes = Set(file.cases.map(\.outcome))
        switch made.assessment {
        case .passed: #expect(outcomes == [.passed], "\(file.text)")
        case .undecided: #expect(outcomes.contains(.undecided) && !outcomes.contains(.failed), "\(file.text)")
        case .missed, .entriesLost: #expect(outcomes.contains(.failed), "\(file.text)")
        }
    }

    @Test("the counts are those of the cases, and every name is one of its own")
    func counts() throws {
        let file = JUnitFile(
            name: "s", startedAt: "2026-01-31T12:00:00Z",
            cases: JUnitFile.distinct([
                JUnitFile.Case(subject: "a", name: "n", outcome: .passed, text: "t"),
                JUnitFile.Case(subject: "a", name: "n", outcome: .failed, text: "t"),
                JUnitFile.Case(subject: "b", name: "n", outcome: .undecided, text: "t"),
            ]))
        let read = try JUnitReader(file.text)
        #expect(
            read.suites == [
                ["tests": "3", "failures": "1", "errors": "1"], ["tests": "3", "failures": "1", "errors": "1"],
            ])
        #expect(read.names == ["a/n", "a/n (2)", "b/n"])
        #expect(file.text.contains("timestamp=\"2026-01-31T12:00:00\""))
    }

    @Test("whatever is in a name is text, and the file stays well-formed")
    func escaping() throws {
        let nasty = "<&>\"']]>\u{0}\u{1B}[31m\u{FFFE}\u{FFFF}\n\t\u{2028}é🐎"
        let file = JUnitFile(
            name: nasty, startedAt: nasty,
            cases: [JUnitFile.Case(subject: nasty, name: nasty, outcome: .failed, text: nasty)])
        let read = try JUnitReader(file.text)
        #expect(read.names.count == 1)
        #expect(read.names[0].hasPrefix("<&>\"']]>"))
        #expect(!file.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
}

/// The parts of a file that readers of JUnit's XML look at, by a parser of XML that is not ours.
private final class JUnitReader: NSObject, XMLParserDelegate {
    private(set) var suites: [[String: String]] = []
    private(set) var names: [String] = []

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        guard parser.parse() else { throw BenchmarkError("not well-formed: \(text)") }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        switch name {
        case "testsuites", "testsuite":
            suites.append(attributes.filter { ["tests", "failures", "errors"].contains($0.key) })
        case "testcase": names.append("\(attributes["classname"] ?? "")/\(attributes["name"] ?? "")")
        default: break
        }
    }
}
