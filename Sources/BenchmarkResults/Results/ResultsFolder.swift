import Foundation
import Glibc

/// The folder that a benchmark's files go to.
package struct ResultsFolder: Sendable, Hashable {
    /// The folder's path.
    package let path: String

    /// Makes the folder and finds out whether files can be written there, before anything is started.
    /// - Parameters:
    ///   - path: the folder; nil for `results/<UTC timestamp>-<suite>` below the working directory.
    ///   - suite: the suite's name.
    /// - Throws: ``BenchmarkError`` when the folder cannot be made or written, or holds results already.
    package init(path: String?, suite: String) throws(BenchmarkError) {
        let folder = path ?? Self.unused("results/\(UTCTime.now.compact)-\(suite)")
        self.path = folder
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Self.unusable(folder, Self.reason(creating: folder))
        }
        for name in [resultsFile, summaryFile] where FileManager.default.fileExists(atPath: name) {
            throw BenchmarkError("\(name) exists already. Name another folder with --out, or move it away.")
        }
        if let failure = Self.failureToWrite(in: folder) { throw Self.unusable(folder, failure) }
    }

    /// The folder of that name, made; with a number behind it where another run of the same second has made it.
    static func unused(_ name: String) -> String {
        mkdir((name as NSString).deletingLastPathComponent, 0o755)
        let names = [name] + (2...1000).map { "\(name)-\($0)" }
        return names.first { mkdir($0, 0o755) == 0 || errno != EEXIST } ?? name
    }

    /// Where the rows are.
    package var resultsFile: String { "\(path)/results.csv" }
    /// Where the summary is.
    package var summaryFile: String { "\(path)/summary.csv" }

    /// Where the suite and the machine are.
    package var recordFile: String { "\(path)/run.json" }
    /// Where the latency histograms are.
    package var histogramFile: String { "\(path)/latency.hlog" }
    /// Where it is told what came of the cells over time.
    package var timelineFile: String { "\(path)/timeline.csv" }
    /// Where the results are in Go's benchmark format.
    package var goBenchmarkFile: String { "\(path)/benchmark.txt" }
    /// Where the timings of codecs and protocols are.
    package var layersFile: String { "\(path)/layers.csv" }
    /// Where it is said what a message's CPU time goes to.
    package var decompositionFile: String { "\(path)/decomposition.csv" }
    /// Where it is said how costs grow.
    package var growthFile: String { "\(path)/growth.csv" }
    /// Where the rows are that show what the lab itself costs.
    package var overheadFile: String { "\(path)/overhead.csv" }
    var hasOverheadFile: Bool { FileManager.default.fileExists(atPath: overheadFile) }
    /// Where the page is.
    package var pageFile: String { "\(path)/report.html" }

    /// Where the times of a cell's entries are.
    package func rawFile(of planned: PlannedCell) -> String {
        "\(path)/raw/" + String(planned.tag.map { "/:".contains($0) ? "-" : $0 }) + ".csv"
    }

    /// Makes the folder of those files.
    /// - Throws: ``BenchmarkError`` when it cannot be made.
    package func makeRawFolder() throws(BenchmarkError) {
        do {
            try FileManager.default.createDirectory(atPath: "\(path)/raw", withIntermediateDirectories: true)
        } catch {
            throw Self.unusable("\(path)/raw", "it cannot be made")
        }
    }

    /// A folder that holds results, to be read.
    package init(existing path: String) {
        self.path = path
    }

    /// Why no file can be made in a folder; nil if one can.
    package static func failureToWrite(in folder: String) -> String? {
        // Permissions do not tell it all (a full or read-only file system): try.
        let probe = "\(folder)/.probe-\(getpid())"
        let file = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        close(file)
        unlink(probe)
        return nil
    }

    private static func unusable(_ folder: String, _ reason: String) -> BenchmarkError {
        BenchmarkError("cannot write results to '\(folder)': \(reason). Name a folder that can be written with --out.")
    }

    /// Foundation's text for it names no cause; the system call's does.
    private static func reason(creating folder: String) -> String {
        var isFolder: ObjCBool = false
        var ancestor = URL(fileURLWithPath: folder)
        while !FileManager.default.fileExists(atPath: ancestor.path, isDirectory: &isFolder), ancestor.path != "/" {
            ancestor.deleteLastPathComponent()
        }
        if !isFolder.boolValue { return "'\(ancestor.path)' is not a folder" }
        return access(ancestor.path, W_OK) == 0 ? "it cannot be made" : String(cString: strerror(errno))
    }
}
