package import Broker
import CLinux
import Glibc
import Logging
import Terminal

/// The program `brokerlab`, for an executable to be made of it: this project's, or one with further transports.
package enum Program {
    /// Runs the command that the process was started with, and ends the process.
    /// - Parameter transports: what there is beside the transports of this project.
    package static func run(with transports: [TransportDescriptor] = []) async -> Never {
        TransportRegistry.add(transports)
        StandardDescriptors.prepare()
        Memory.keepLargeBlocks()
        LoggingSystem.bootstrap { _ in NoticeLogHandler() }
        Glibc.exit(await BrokerLab.exitCode(of: CommandLine.arguments.dropFirst()))
    }
}

/// How the process uses memory.
private enum Memory {
    /// Keeps freed blocks of less than 4 MiB in the process.
    ///
    /// glibc would otherwise map each large buffer anew, and touching fresh pages costs several times what sending a
    /// 1 MiB entry does. Those of the largest entries go back to the kernel at once: freed memory is not in the way of
    /// what comes next, and such a buffer grows without being copied (mremap).
    static func keepLargeBlocks() {
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        mallopt(M_TRIM_THRESHOLD, 64 << 20)
    }
}
