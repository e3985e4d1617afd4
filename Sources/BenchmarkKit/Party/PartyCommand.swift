/// How to start a program that plays the broker or the logger, as a process of its own.
///
/// The article Parties has what it is to do. It prints `{"ready": true}` on its standard output when it is ready, and ends with its
/// standard input or on SIGTERM.
package struct PartyCommand: Sendable, Hashable {
    /// The path of the executable.
    package var executable: String
    /// Its arguments, without the executable's own name.
    package var arguments: [String]
    /// What it is called in results, where it says nothing else itself.
    package var name: String
    /// Its version, where it says nothing else itself; empty where it is not known.
    package var version = ""

    /// Creates a command; its name is that of the executable.
    package init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
        name = Self.name(of: executable)
    }

    /// Other people's program with its arguments, quoted as for a shell; it becomes the process.
    package init(shell line: String) {
        // A shell finds the program and reads the quotes, and then is that program, which so has the process id that is watched.
        self.init(executable: "/bin/sh", arguments: ["-c", "exec \(line) \"$@\"", "sh"])
        name = Self.name(of: line.split(separator: " ").first.map(String.init) ?? line)
    }

    /// Other people's program: its name, which is looked for in PATH, and its arguments.
    package init(words: [String]) {
        self.init(executable: "/bin/sh", arguments: ["-c", "exec \"$@\"", "sh"] + words)
        name = Self.name(of: words.first ?? "")
    }

    /// The command that has another program become this one.
    func behind(_ program: String, _ words: [String]) -> PartyCommand {
        var command = self
        command.arguments = words + [executable] + arguments
        command.executable = program
        return command
    }

    private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
