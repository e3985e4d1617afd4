import Foundation
import Testing

@testable import BenchmarkResults

/// `timeline.csv`, written and read.
@Suite("The columns over time")
struct TimelineColumnsTests {
    @Test("a file is read back as it was written, and what is empty is not known")
    func roundTrip() throws {
        var full = TimelineBin(runID: "abcdef-1m", name: "grpc:stream")
        (full.startMs, full.widthMs) = (1200.5, 100)
        (full.sent, full.acked, full.notSent, full.unknown, full.rejected) = (5, 4, 3, 2, 1)
        (full.delivered, full.backlog, full.pauses) = (7, 8, 2)
        (full.p50Us, full.p99Us, full.maxUs, full.longestPauseUs) = (57.5, 1200.1, 3000, 60_000.2)
        (full.brokerCPUPercent, full.loggerCPUPercent, full.queueCPUPercent) = (99.9, 50, 120.5)
        (full.storeCPUPercent, full.linkCPUPercent, full.labCPUPercent) = (12.5, 3, 0.1)
        full.throughCPUPercent = 42
        (full.brokerRSSBytes, full.loggerRSSBytes, full.queueRSSBytes) = (1 << 20, 1 << 33, 3)
        let bins = [full, TimelineBin(runID: "abcdef-2m", name: "tcp (control)")]
        try withFile(TimelineColumns.file(bins)) { path in
            let read = try TimelineColumns.read(path)
            #expect(read == bins)
        }
        let header = TimelineColumns.all.map(\.column.name)
        // Each field is in its own column: nothing is written twice, and nothing is left out.
        #expect(Set(header).count == 26 && TimelineColumns.all.allSatisfy { !$0.column.field(full).isEmpty })
        #expect(try TimelineColumns.read("/nowhere/timeline.csv").isEmpty)
    }

    @Test("a file from before a column was there is read, and does not know it")
    func older() throws {
        var bin = TimelineBin(runID: "abcdef-1m", name: "tcp")
        (bin.brokerCPUPercent, bin.queueRSSBytes) = (99.9, 7)
        let lines = TimelineColumns.file([bin]).split(separator: "\r\n").map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).prefix(22).joined(separator: ",")
        }
        try withFile(lines.joined(separator: "\r\n") + "\r\n") { path in
            let read = try TimelineColumns.read(path)
            #expect(read == [bin])
        }
    }

    @Test(
        "what is no timeline is refused with its line",
        arguments: [
            ("x,y\r\n1,2\r\n", "has not the columns of a timeline.csv"),
            ("run_id,name,start_ms\r\na,b\r\n", ":2: 2 fields, and the header has 3"),
            ("run_id,name,start_ms\r\na,b,soon\r\n", ":2: start_ms (column 3): 'soon' is not a number"),
            ("run_id,name,start_ms,width_ms\r\na,b,0.000,\r\n", ":2: width_ms is empty"),
            ("run_id,name,start_ms\r\n\"a", ":2: a quoted field has no end"),
        ])
    func damaged(_ text: String, message: String) throws {
        try withFile(text) { path in
            let error = try #require(throws: BenchmarkError.self) { try TimelineColumns.read(path) }
            #expect(error.description.hasPrefix(path) && error.description.contains(message), "\(error)")
        }
    }

    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "brokerlab-timeline-\(UUID()).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try body(path)
    }
}
