import Foundation

/// Processes that keep every core busy, until they are stopped, or nobody holds them any more.
package final class Hogs {
    private let processes: [Process]

    /// Starts four a core.
    /// - Parameters:
    ///   - seconds: when they end by themselves, whatever becomes of this process.
    ///   - niceness: 19 for what others leave, so that tests beside this one are not starved.
    package init(seconds: Int, niceness: Int = 0) throws {
        processes = (0..<(4 * ProcessInfo.processInfo.activeProcessorCount)).map { _ in
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/nice")
            process.arguments = [
                "-n", "\(niceness)", "timeout", "--signal=KILL", "\(seconds)", "/bin/sh", "-c", "while :; do :; done",
            ]
            return process
        }
        for process in processes { try process.run() }
    }

    /// Ends them.
    package func stop() {
        for process in processes where process.isRunning { process.terminate() }
    }

    deinit {
        stop()
    }
}
