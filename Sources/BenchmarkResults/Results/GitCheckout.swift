import Foundation

/// A git checkout, read without git.
struct GitCheckout {
    private var gitFolder: URL

    /// The checkout that `path` lies in, or nil.
    init?(containing path: String) {
        var folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
        while true {
            let candidate = folder.appendingPathComponent(".git")
            if FileManager.default.fileExists(atPath: candidate.appendingPathComponent("HEAD").path) {
                gitFolder = candidate
                return
            }
            guard folder.path != "/" else { return nil }
            folder.deleteLastPathComponent()
        }
    }

    /// The commit that HEAD names, or nil before the first one.
    var commit: String? {
        guard let head = read("HEAD") else { return nil }
        guard head.hasPrefix("ref: ") else { return head }
        let reference = String(head.dropFirst("ref: ".count))
        if let loose = read(reference) { return loose }
        // gitrepository-layout(5), "packed-refs": one "<object id> <reference>" a line.
        return read("packed-refs")?.split(separator: "\n")
            .first { $0.hasSuffix(" " + reference) }
            .map { String($0.prefix { $0 != " " }) }
    }

    private func read(_ name: String) -> String? {
        SmallFile.text(at: gitFolder.appendingPathComponent(name).path)?
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
