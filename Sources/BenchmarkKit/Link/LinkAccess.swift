import BenchmarkResults
import Glibc
import NetworkLink

/// How the network namespaces of a link can be made, and entered, here.
package enum LinkAccess: Sendable, Hashable, CaseIterable {
    /// As who is allowed to: root.
    case root
    /// In a user namespace, whose maker may do in it what root may (user_namespaces(7)).
    case userNamespace

    /// Which end of a link a program is started in.
    package enum End: Sendable {
        case broker
        case logger
    }

    /// The command that starts a link's process with what it takes to make namespaces: it becomes that process.
    func starting(_ link: PartyCommand) -> PartyCommand {
        switch self {
        case .root: link
        case .userNamespace:
            // unshare(1) of util-linux, as a process with several threads may not move to another user namespace.
            link.behind(Tool.path("unshare"), ["--user", "--map-root-user", "--"])
        }
    }

    /// The command that starts a program within an end: it becomes that program, so that its process id stays what it is.
    func entering(_ end: End, of ends: LinkEnds, _ program: PartyCommand) -> PartyCommand {
        let entrance = entrance(end, of: ends)
        return program.behind(entrance[0], Array(entrance.dropFirst()))
    }

    /// The program that becomes another one within an end, and its arguments, behind which those of the other stand.
    func entrance(_ end: End, of ends: LinkEnds) -> [String] {
        let network = end == .broker ? ends.broker : ends.logger
        let user = self == .root ? [] : ["--user=\(ends.user)", "--preserve-credentials"]
        // nsenter(1) of util-linux.
        return [Tool.path("nsenter")] + user + ["--net=\(network)", "--"]
    }

    /// The first way in which a link can be had here: one is made and put away again for each that is tried.
    /// - Parameter link: the command that runs a link.
    /// - Throws: ``BenchmarkError`` that says why none can; `CancellationError`.
    package static func find(for link: PartyCommand) async throws -> LinkAccess {
        var reasons: [String] = []
        for access in allCases {
            do {
                try await LinkProcess.run(link, access) { one in
                    // Whether it can be entered, too.
                    let inside = try await PartyProcess.start(
                        one.entering(.logger, PartyCommand(executable: Tool.path("true"), arguments: [])),
                        as: "a program behind a link")
                    for await _ in inside.lines {}
                    let end = await inside.stop()
                    guard end.isSuccess else { throw BenchmarkError(end.sentence("its end cannot be entered")) }
                }
                return access
            } catch let error as BenchmarkError {
                try Task.checkCancellation()
                // Its last words are the reason.
                let reason = error.message.split(separator: "\n").last.map { $0.drop { $0 == " " } } ?? ""
                reasons.append("\(access == .root ? "as this user" : "in a user namespace"): \(reason)")
            }
        }
        throw BenchmarkError(
            "no link can be made here; \(reasons.joined(separator: "; ")). It takes root (CAP_SYS_ADMIN and CAP_NET_ADMIN), or "
                + "user namespaces; and /dev/net/tun.")
    }
}

/// Programs of the system.
private enum Tool {
    /// Where a program is, in the folders of PATH and the usual ones; where it is in none, the name of a file that is not there.
    static func path(_ name: String) -> String {
        let given = getenv("PATH").map { String(cString: $0).split(separator: ":").map(String.init) } ?? []
        let folders = given + ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        return folders.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 } ?? "/usr/bin/\(name)"
    }
}
