/// How to start a program that plays the broker or the logger, as a process of its own.
///
/// It prints `{"ready": true}` on its standard output when it is, and ends with its standard input or on SIGTERM.
package struct PartyCommand: Sendable, Hashable {
    /// The path of the executable.
    package var executable: String
    /// Its arguments, without the executable's own name.
    package var arguments: [String]

    /// Creates a command.
    package init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }
}
