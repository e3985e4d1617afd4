import ArgumentParser
import BenchmarkKit
import BenchmarkResults
import Foundation
import Glibc
import Subprocess

/// The programs of `Benchmarks/peers` that play broker and logger: which of them are there, and what they speak.
enum BenchParties {
    /// Where they are built to, beside the folders of this program's own builds.
    private static let folder = "benchmark-peers"
    /// What has a program say what it speaks, a transport a line.
    private static let question = "speaks"

    /// The suite without what cannot be played, and what is to be said of that: the other cells can be measured.
    /// - Throws: ``BenchmarkError`` and `ValidationError` where nothing is left; `CancellationError`.
    static func available(_ suite: Suite) async throws -> (suite: Suite, missing: [String]) {
        var (suite, missing) = (suite, [String]())
        let named = Party.allCases.filter { suite.usedBrokers.contains($0) || suite.usedLoggers.contains($0) }
        let absent = named.filter { $0 != .swift && path(of: $0) == nil }
        if !absent.isEmpty {
            guard let left = suite.without(Set(absent)) else {
                throw BenchmarkError(absent.map(isMissing).joined(separator: " "))
            }
            suite = left
            missing = absent.map { "left out: \(isMissing($0))" }
        }
        for party in named where !absent.contains(party) {
            guard let path = path(of: party) else { continue }
            let spoken = try await Self.spoken(by: path)
            suite.spoken = (suite.spoken ?? [:]).merging([party.rawValue: spoken]) { $1 }
            let others = suite.transports.filter { !spoken.contains($0) }
            guard others.count < suite.transports.count else {
                throw ValidationError(
                    "\(party.rawValue) speaks \(spoken.joined(separator: ", ")), and none of \(others.joined(separator: ", "))."
                )
            }
            guard !others.isEmpty else { continue }
            missing.append(
                "not measured with \(party.rawValue), which does not speak it: \(others.joined(separator: ", "))")
        }
        return (suite, missing)
    }

    /// How a party is started.
    /// - Throws: ``BenchmarkError`` where its program is not there.
    static func command(of party: Party, playing half: Party.Half) throws -> PartyCommand {
        guard let path = path(of: party) else { throw BenchmarkError(isMissing(party)) }
        return PartyCommand(executable: path, arguments: party.arguments(playing: half))
    }

    private static func isMissing(_ party: Party) -> String {
        "\(party.rawValue) is not built here. Build it (\(party.buildCommand ?? ""))."
    }

    private static func spoken(by path: String) async throws -> [String] {
        let ended = try await Subprocess.run(
            .name("sh"), arguments: ["-c", "exec \"$0\" \(question)", path], output: .string(limit: 4096),
            error: .discarded)
        try Task.checkCancellation()
        let words = ended.standardOutput.split(whereSeparator: \.isNewline).map(String.init)
        guard ended.terminationStatus.isSuccess, !words.isEmpty else {
            throw BenchmarkError("\(path) does not say what it speaks; build it anew")
        }
        return words
    }

    /// The program of a party: in the checkout that this program was built in, or else in PATH; nil where it is in neither.
    private static func path(of party: Party) -> String? {
        guard let program = party.program else { return nil }
        var folders: [String] = []
        var place = URL(filePath: (try? BenchCommand.executable) ?? "/").deletingLastPathComponent()
        while place.path != "/" {
            folders.append(place.appending(path: folder).path)
            place.deleteLastPathComponent()
        }
        folders += (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").map(String.init)
        return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
