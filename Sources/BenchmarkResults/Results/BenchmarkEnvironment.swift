import Foundation
import Glibc

/// What the report says of the machine and the build; nil where it is not known.
package struct BenchmarkEnvironment: Sendable, Hashable, Codable {
    /// The host's name.
    package var host: String?
    /// Distribution and kernel.
    package var os: String?
    /// The processor's name.
    package var cpuModel: String?
    /// The number of cores that the benchmark may use.
    package var cpuCount: Int
    /// The compiler that built this module.
    package var swiftVersion: String?
    /// The commit that the checkout stands on.
    package var gitCommit: String?
    /// The kind of the file system that stores were on; nil where there were none.
    package var storeFileSystem: String?

    /// What can be found out here and now.
    /// - Parameter path: a file; the git checkout that it lies in is the one reported.
    package static func current(checkoutNear path: String) -> BenchmarkEnvironment {
        BenchmarkEnvironment(
            host: hostName(), os: operatingSystem(), cpuModel: cpuModel(),
            cpuCount: GrantedCores.count, swiftVersion: compilerVersion,
            gitCommit: GitCheckout(containing: path)?.commit)
    }

    private static var compilerVersion: String? {
        #if compiler(>=6.5)
            nil
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3.2)
            "6.3.2"
        #elseif compiler(>=6.3.1)
            "6.3.1"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static func hostName() -> String? {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func operatingSystem() -> String? {
        let distribution = value(of: "PRETTY_NAME", in: "/etc/os-release", separator: "=")
        let kernel = SmallFile.text(at: "/proc/sys/kernel/osrelease").map {
            "Linux \($0.trimmingCharacters(in: .whitespacesAndNewlines))"
        }
        let parts = [distribution, kernel].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func cpuModel() -> String? {
        value(of: "model name", in: "/proc/cpuinfo", separator: ":")
    }

    private static func value(of key: String, in path: String, separator: Character) -> String? {
        for line in (SmallFile.text(at: path) ?? "").split(separator: "\n") where line.hasPrefix(key) {
            guard let mark = line.firstIndex(of: separator) else { continue }
            let value = line[line.index(after: mark)...].trimmingCharacters(in: .whitespaces)
            return value.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        }
        return nil
    }
}
