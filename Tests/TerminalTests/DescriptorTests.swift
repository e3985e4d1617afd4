import Glibc
import Testing

@testable import Terminal

@Suite(.timeLimit(.minutes(1))) struct DescriptorTests {
    private func withPipe(_ body: (_ reading: Int32, _ writing: Int32) throws -> Void) rethrows {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        try body(ends[0], ends[1])
    }

    @Test func writesAll() {
        withPipe { reading, writing in
            var bytes = Array("text".utf8)[...]
            #expect(Descriptor.write(&bytes, to: writing, patience: nil) == nil)
            var read = [UInt8](repeating: 0, count: 10)
            #expect(Glibc.read(reading, &read, 10) == 4)
        }
    }

    @Test func saysThatTheDiskIsFull() {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        var bytes = Array("text".utf8)[...]
        #expect(Descriptor.write(&bytes, to: full, patience: nil) == ENOSPC)
        #expect(OutputError(of: "standard output", errorNumber: ENOSPC).exitCode == 74)
    }

    @Test func saysThatTheReaderHasGone() {
        signal(SIGPIPE, SIG_IGN)
        withPipe { reading, writing in
            close(dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), reading))
            var bytes = Array("text".utf8)[...]
            #expect(Descriptor.write(&bytes, to: writing, patience: nil) == EPIPE)
        }
        #expect(OutputError(of: "standard output", errorNumber: EPIPE).exitCode == 141)
        #expect(OutputError(of: "standard output", errorNumber: EPIPE).description.isEmpty)
    }

    @Test func isNotHeldUpByAReaderThatDoesNotRead() {
        withPipe { _, writing in
            var bytes = [UInt8](repeating: 0x78, count: 1 << 20)[...]
            #expect(Descriptor.write(&bytes, to: writing, patience: 0) == EAGAIN)
            #expect(bytes.count < 1 << 20 && !bytes.isEmpty)
            var more = Array("text".utf8)[...]
            #expect(Descriptor.write(&more, to: writing, patience: 0) == EAGAIN)
        }
    }
}
