import ArgumentParser
import BenchmarkResults
import Broker
import Glibc
import Terminal

/// What the process can end with, for all subcommands: the one table of exit codes.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    case missed = 1
    case entriesLost = 2
    case undecided = 3
    case usage = 64
    case unavailable = 69
    case output = 74
    case interrupted = 130
    case readerGone = 141
    case terminated = 143

    /// What it means, in which subcommands.
    var meaning: String {
        switch self {
        case .success: "done, and what was asked for holds; or stopped in order (logger, broker)"
        case .missed:
            "a figure misses its threshold or became worse (bench, compare), an entry was not acknowledged (send), or what "
                + "was examined is damaged (gob), or lacks something (check-party)"
        case .entriesLost: "entries were lost, changed, came twice, or failed (bench, compare)"
        case .undecided:
            "nothing could be decided: too few valid rows, cells that are missing, a floor that moved, no answer (bench, "
                + "compare, advise)"
        case .usage: "the command line or the suite is wrong; nothing was started"
        case .unavailable: "something that is needed is missing or failed: RabbitMQ, a port, a file, the logger"
        case .output: "standard output or standard input failed: closed, full, or broken"
        case .interrupted:
            "interrupted by Ctrl-C (SIGINT) or SIGTERM, after putting away what it had started (bench, send, rabbitmq, "
                + "postgresql)"
        case .readerGone: "the reader of its standard output has gone; nothing is said then"
        case .terminated: "ended by SIGTERM, as 130 by SIGINT, where there is nothing to put away"
        }
    }

    /// What a command throws to end with it, when all has been said.
    var exitCode: ExitCode { ExitCode(rawValue) }

    /// What a run or a comparison comes to.
    init(_ assessment: Assessment) {
        self =
            switch assessment {
            case .passed: .success
            case .missed: .missed
            case .entriesLost: .entriesLost
            case .undecided: .undecided
            }
    }

    /// What a command that failed with this error ends with.
    init(of error: any Error) {
        switch error {
        case is ValidationError, is SuiteError, is EndpointError: self = .usage
        default: self = .unavailable
        }
    }

    /// A line each, for `--help`.
    static var table: String {
        allCases.map { status in
            let code = String(status.rawValue)
            return "  \(code + String(repeating: " ", count: 5 - code.count))\(status.meaning)"
        }.joined(separator: "\n")
    }
}
