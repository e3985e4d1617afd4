import EntryCodecs
import Foundation

/// Does one piece of work so many times, for `Benchmarks/instructions` to count its instructions, and for
/// `Benchmarks/peers/json-side-by-side` to take its time.
@main enum CodecInstructions {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.elementsEqual(["list"]) {
            for work in CodecWork.all { print(work.name) }
            return
        }
        guard let times = arguments.last.flatMap(Int.init), times >= 0, let work = work(Array(arguments.dropLast()))
        else {
            FileHandle.standardError.write(
                Data("usage: CodecInstructions list | NAME TIMES | json encode|decode FILE TIMES\n".utf8))
            exit(2)
        }
        work.run(times)
    }

    private static func work(_ arguments: [String]) -> CodecWork? {
        if arguments.count == 1 { return CodecWork.all.first { $0.name == arguments[0] } }
        guard arguments.count == 3, arguments[0] == "json",
            let content = FileManager.default.contents(atPath: arguments[2])
        else { return nil }
        switch arguments[1] {
        case "encode": return .encoding("json", .json) { .measured(String(decoding: content, as: UTF8.self)) }
        case "decode": return .decoding("json", .json) { (Array(content), nil) }
        default: return nil
        }
    }
}
