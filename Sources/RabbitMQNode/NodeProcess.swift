import Glibc
import Subprocess
import SystemPackage
import Synchronization

/// The processes of a private node: Erlang's, and a shell that watches over it.
///
/// The shell reads from a pipe that this process holds the other end of, and stops the node when that end is closed. The
/// kernel closes it whatever becomes of this process, so that not even a SIGKILL leaves a node behind.
final class NodeProcess: Sendable {
    private let task: Task<Void, Never>
    private let orders: AsyncStream<Void>.Continuation
    private let folder: NodeFolder
    private let failureToStart: FailureToStart

    private final class FailureToStart: Sendable {
        let text = Mutex<String?>(nil)
    }

    /// Starts the node whose folder is `folder`.
    init(_ folder: NodeFolder, stopTimeout: Duration, searchPath: String) {
        let (given, orders) = AsyncStream.makeStream(of: Void.self)
        let failureToStart = FailureToStart()
        var platform = PlatformOptions()
        // Of its own, so that a Ctrl-C in the terminal stops broker-lab, and broker-lab the node.
        platform.createSession = true
        let words =
            (folder.identity.place?.entrance ?? []) + [
                "sh", "-c", Self.watch, "brokerlab-rabbitmq", folder.path, "\(stopTimeout.components.seconds)",
                folder.script,
            ]
        let configuration = Configuration(
            executable: words[0].contains("/") ? .path(FilePath(words[0])) : .name(words[0]),
            arguments: .init(Array(words.dropFirst())),
            environment: .custom(
                Dictionary(
                    uniqueKeysWithValues: folder.startEnvironment(searchPath: searchPath).map {
                        (Environment.Key(stringLiteral: $0.key), $0.value)
                    })),
            platformOptions: platform)
        self.folder = folder
        self.orders = orders
        self.failureToStart = failureToStart
        // A task that is not cancelled with the caller's: stopping takes its time.
        task = Task {
            do {
                _ = try await run(configuration, input: .inputWriter, output: .discarded, error: .discarded) { shell in
                    for await _ in given { _ = try await shell.standardInputWriter.write("start\n") }
                    try await shell.standardInputWriter.finish()
                }
            } catch {
                failureToStart.text.withLock { $0 = "\(error)" }
            }
            Files.remove(folder.path)
        }
    }

    /// Why the shell could not be started, if so.
    var failure: String? { failureToStart.text.withLock { $0 } }

    /// Stops the node and returns when all of its processes are gone and its folder is removed.
    /// - Parameter atOnce: kill it. That is for a node which is not ready: while Erlang boots it does not heed SIGTERM, and
    ///   it has nothing to lose.
    func stop(atOnce: Bool = false) async {
        if atOnce { try? Files.write("\(folder.path)/\(NodeFolder.impatience)", "") }
        orders.finish()
        await task.value
    }

    /// Kills the Erlang process (SIGKILL) and returns when it is gone; the node's folder stays.
    func kill() async throws {
        guard let processID = folder.processID else { return }
        _ = Glibc.kill(processID, SIGKILL)
        while folder.exitStatus == nil { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Starts the node again, which was killed; returns at once.
    func startAgain() {
        folder.forgetProcess()
        orders.yield()
    }

    /// What the shell does: `$1` is its folder, `$2` the seconds it may take to stop, `$3` its start script.
    private static let watch = """
        folder=$1 patience=$2 script=$3
        cd "$folder"
        exec 3<&0
        start() {
            (
                "$script" </dev/null >>"$folder/\(NodeFolder.log)" 2>&1 3<&- &
                echo $! >"$folder/\(NodeFolder.process)"
                wait $!
                echo $? >"$folder/\(NodeFolder.status)"
            ) &
        }
        start
        # Every line is the order to start a node again that was killed; the end of the input is the order to stop.
        while read -r _ <&3; do start; done
        [ ! -e "$folder/\(NodeFolder.impatience)" ] || patience=0
        while [ ! -s "$folder/\(NodeFolder.process)" ]; do sleep 0.02; done
        node=$(cat "$folder/\(NodeFolder.process)")

        family() {
            for child in $(cat /proc/$1/task/*/children 2>/dev/null); do
                echo $child
                family $child
            done
        }
        gone() {
            read -r stat 2>/dev/null </proc/$1/stat || return 0
            case "$stat" in *") Z "*) return 0 ;; *) return 1 ;; esac
        }

        if [ ! -e "$folder/\(NodeFolder.status)" ]; then
            # One that is killed leaves its helpers behind; it is halted first, so that it does not start more of them.
            [ $patience -gt 0 ] || kill -STOP "$node"
            helpers=$(family "$node")
            kill -TERM "$node"
            rounds=$((patience * 20))
            while [ ! -e "$folder/\(NodeFolder.status)" ] && [ $rounds -gt 0 ]; do
                sleep 0.05
                rounds=$((rounds - 1))
            done
            [ -e "$folder/\(NodeFolder.status)" ] || kill -KILL "$node"
            for helper in $helpers; do
                rounds=20
                while ! gone $helper && [ $rounds -gt 0 ]; do
                    sleep 0.05
                    rounds=$((rounds - 1))
                done
                gone $helper || kill -KILL $helper
            done
        fi
        wait
        # Whatever else was started for the node and has left its family: it has the node's HOME.
        for environment in /proc/[0-9]*/environ; do
            stray=${environment#/proc/}
            stray=${stray%/environ}
            [ "$stray" = $$ ] || ! grep -qzxF "HOME=$folder" "$environment" 2>/dev/null || kill -KILL "$stray"
        done
        rm -rf "$folder"
        """
}
