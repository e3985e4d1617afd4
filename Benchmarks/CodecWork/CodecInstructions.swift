import EntryCodecs
import Foundation

/// Does pieces of work in ``measured()``, whose instructions `Benchmarks/instructions` counts; or one so many times, for
/// `Benchmarks/peers/json-side-by-side` to take its time.
@main enum CodecInstructions {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments == ["count"] {
            count()
        } else if arguments.count == 4, let work = json(arguments), let times = Int(arguments[3]), times >= 0 {
            work.run(times)
        } else {
            let usage = "usage: CodecInstructions count | json encode|decode FILE TIMES\n"
            FileHandle.standardError.write(Data(usage.utf8))
            exit(2)
        }
    }

    /// Prints a line for each two calls of ``measured()``: by how often the second does the work more often than the first, and the
    /// work's name.
    private static func count() {
        for work in CodecWork.all {
            let many = work.name.contains("MiB") ? 20 : 2_000
            // What is done once in a process has been done then.
            work.run(1)
            for times in [many / 10, many] {
                Self.work = { work.run(times) }
                measured()
            }
            print("\(many - many / 10)\t\(work.name)")
        }
    }

    /// What ``measured()`` does.
    nonisolated(unsafe) fileprivate static var work: () -> Void = {}  // There is one thread.

    /// What `json encode FILE` and `json decode FILE` are.
    private static func json(_ arguments: [String]) -> CodecWork? {
        guard arguments[0] == "json", let content = FileManager.default.contents(atPath: arguments[2])
        else { return nil }
        switch arguments[1] {
        case "encode": return .encoding("json", .json) { .measured(String(decoding: content, as: UTF8.self)) }
        case "decode": return .decoding("json", .json) { (Array(content), nil) }
        default: return nil
        }
    }
}

/// The function that is looked at.
@inline(never)
func measured() {
    CodecInstructions.work()
}
