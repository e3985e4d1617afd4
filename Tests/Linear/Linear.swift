import Foundation

/// Has every decoder that reads a peer's bytes read contents of two lengths, one twice the other, in ``measured()``, whose
/// instructions `Tests/linear` counts.
///
/// Prints a line for each call of ``measured()``, in their order: the content, how its bytes are cut, and their number. The
/// arguments are a part of all, `1/2`, so that as many processes can share them, and texts that the contents' names contain one of.
@main enum Linear {
    static func main() throws {
        let part = (CommandLine.arguments.dropFirst().first ?? "1/1").split(separator: "/").compactMap { Int($0) }
        guard part.count == 2, part[1] > 0 else {
            FileHandle.standardError.write(Data("the first argument is a part of all, as in 1/2\n".utf8))
            exit(2)
        }
        let names = CommandLine.arguments.dropFirst(2)
        var number = 0
        for content in Content.all where names.isEmpty || names.contains(where: content.name.contains) {
            for step in content.steps {
                number += 1
                guard number % part[1] == part[0] - 1 else { continue }
                for length in [content.length, 2 * content.length] {
                    let reading = try content.reading(length, step)
                    work = reading.run
                    measured()
                    work = {}
                    if let fault = reading.fault {
                        FileHandle.standardError.write(Data("\(content.name), \(length) bytes: \(fault)\n".utf8))
                        exit(1)
                    }
                    print("\(length)\t\(step == .max ? "whole" : "\(step) bytes")\t\(content.name)")
                }
            }
        }
    }
}

/// What ``measured()`` does.
nonisolated(unsafe) private var work: () -> Void = {}  // There is one thread.

/// The function that is looked at.
@inline(never)
func measured() {
    work()
}
