import ArgumentParser
import BenchmarkKit
import Foundation
import Terminal
import TransportIO

/// The command `brokerlab generate`.
struct GenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Plays the broker for 'bench': takes jobs on standard input, and loads a logger with them.",
        discussion: """
            'bench' starts one in every round. A job is a line of JSON; what came of it are lines of JSON on standard \
            output: marks, what was counted, and latencies as HdrHistogram V2 in base64. Ends when standard input does. The \
            article Parties has the lines.

            EXAMPLES
              (cat job.json; echo '{"job":1,"go":true}'; sleep 5) | brokerlab generate
            """)

    func run() async throws {
        FileDescriptors.raiseLimit()
        let (lines, sink) = AsyncStream.makeStream(of: String.self)
        Thread.detachNewThread {
            while let line = readLine() { sink.yield(line) }
            // The lab has gone, or was killed: nobody wants what is under way.
            _exit(ExitStatus.success.rawValue)
        }
        await GeneratorProgram(registry: TransportRegistry.all) { line in
            // Without a reader there is no lab, whose end standard input tells.
            try? StandardOutput.write(line + "\n")
        }
        .run(lines)
    }
}
