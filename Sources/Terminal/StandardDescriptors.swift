import Glibc

/// The three descriptors that a process is started with.
package enum StandardDescriptors {
    /// Makes them safe to use; to be called before anything is opened.
    ///
    /// Where one is closed, the next file or socket that is opened would get its number, and what is meant for the terminal
    /// would end up there. It is opened the other way round instead, so that using it fails as it does when closed (glibc does
    /// so for programs that change their user). A pipe whose reader has gone, and a file that has reached the limit for files
    /// (RLIMIT_FSIZE), are errors like others, not signals.
    package static func prepare() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free is taken: this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }
}
