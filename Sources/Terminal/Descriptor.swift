import Glibc

/// What is done with file descriptors.
enum Descriptor {
    /// The most that is written at once to a reader that is not waited for: a pipe that can be written to at all takes that
    /// much without blocking (pipe(7), PIPE_BUF).
    private static let pipeBytes = 4096

    /// Writes all of `bytes`, which are left with what could not be written.
    /// - Parameter patience: how long each wait for the reader may take, in milliseconds; nil for no limit.
    /// - Returns: The error number, EAGAIN for a reader that was waited for in vain; nil when all is written.
    static func write(_ bytes: inout ArraySlice<UInt8>, to descriptor: Int32, patience: Int32?) -> Int32? {
        while !bytes.isEmpty {
            if let patience, !isWritable(descriptor, within: patience) { return EAGAIN }
            let size = patience == nil ? bytes.count : min(bytes.count, pipeBytes)
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, size) }
            if count >= 0 {
                bytes = bytes.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            // Someone who shares the open file has made it non-blocking.
            case EAGAIN: if patience == nil { _ = isWritable(descriptor, within: -1) }
            case let failure: return failure
            }
        }
        return nil
    }

    /// Waits until writing does not block, also where it is going to fail.
    private static func isWritable(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            let count = poll(&wanted, 1, milliseconds)
            if count >= 0 || errno != EINTR { return count != 0 }
        }
    }
}
