import Foundation

/// Does one piece of work so many times, for `Benchmarks/instructions` to count its instructions.
@main enum CodecInstructions {
    static func main() {
        let arguments = CommandLine.arguments
        if arguments.count == 2, arguments[1] == "list" {
            for work in CodecWork.all { print(work.name) }
            return
        }
        guard arguments.count == 3, let times = Int(arguments[2]), times >= 0,
            let work = CodecWork.all.first(where: { $0.name == arguments[1] })
        else {
            FileHandle.standardError.write(Data("usage: CodecInstructions list | NAME TIMES\n".utf8))
            exit(2)
        }
        work.run(times)
    }
}
