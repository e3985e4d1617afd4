/// What the shell does that watches over a private server.
///
/// It reads orders from a pipe that this process holds the other end of, and stops the server when that end is closed. The
/// kernel closes it whatever becomes of this process, so that not even a SIGKILL leaves a server behind. What happens, it
/// tells on its standard output, a line each, as ``ServerLife`` reads them.
enum ServerWatch {
    /// What the shell can be told.
    enum Order: String, Sendable {
        /// Kill every process of the server.
        case kill
        /// Start the server again that was killed.
        case start
    }

    /// The arguments of the shell.
    static func arguments(_ installation: PostgreSQLInstallation, _ options: PostgreSQLOptions) -> [String] {
        [
            "-c", script, "brokerlab-postgresql", options.directory ?? "", installation.folder,
            options.configuration.joined(separator: "\n"), options.access.joined(separator: "\n"),
        ]
    }

    /// The script, whose parameters are the arguments above.
    ///
    /// The data are not synchronised while they are made: until a client has something stored, there is nothing to lose.
    /// Stopped is by SIGQUIT, "immediate shutdown": what the server would still write is removed anyway.
    private static let script = """
        directory=${1:-${TMPDIR:-/tmp}} programs=$2 configuration=$3 access=$4
        exec 2>&1 3<&0
        # Whoever heard what is told may be gone, and the folder has to go all the same.
        trap '' PIPE
        cd /
        folder=$(mktemp -d "$directory/brokerlab-postgresql-XXXXXX") || exit 1
        echo "folder $folder"
        # The path of a socket has 107 bytes at most (unix(7)), whatever the folder's is.
        socket=$(mktemp -d /tmp/brokerlab-postgresql-XXXXXX) || { rmdir "$folder"; exit 1; }
        echo "socket $socket"
        user= data=$folder/data
        mkdir -m 700 "$data"
        if [ "$(id -u)" = 0 ]; then
            owner=postgres
            id "$owner" >/dev/null 2>&1 || owner=nobody
            user="setpriv --reuid=$owner --regid=$(id -g "$owner") --clear-groups"
            chmod 711 "$folder"
            chown "$owner" "$data" "$socket"
        fi

        gone() {
            read -r stat 2>/dev/null </proc/$1/stat || return 0
            case "$stat" in *") Z "*) return 0 ;; *) return 1 ;; esac
        }
        # The pid file: the process, the folder of the data, when it began, ..., and at last how it is.
        ready() {
            case "$(tr -s ' \\n' ' ' 2>/dev/null <"$data/postmaster.pid")" in "$1 "*" ready ") ;; *) return 1 ;; esac
        }
        start() {
            rm -f "$folder/ended"
            (
                $user "$programs/postgres" -D "$data" </dev/null >>"$folder/log" 2>&1 3<&- &
                echo $! >"$folder/process"
                echo "started $!"
                until ready $! || gone $!; do sleep 0.02; done
                ! ready $! || echo "ready"
                wait $!
                status=$?
                : >"$folder/ended"
                tail -n 12 "$folder/log" | sed 's/^/log /'
                echo "ended $status"
            ) &
        }
        # The server with all it has started, at once, and waits until they are gone: a server that starts again has to
        # find nobody at the shared memory of the one before.
        end() {
            [ -e "$folder/ended" ] || [ ! -s "$folder/process" ] || {
                server=$(cat "$folder/process")
                family="$server $(cat /proc/$server/task/$server/children 2>/dev/null)"
                kill -s "$1" $server
                [ "$1" = QUIT ] || kill -s "$1" $family 2>/dev/null
                for process in $family; do
                    rounds=100
                    until gone $process; do
                        [ $rounds -gt 0 ] || kill -s KILL $process
                        rounds=$((rounds - 1))
                        sleep 0.02
                    done
                done
            }
        }

        if $user "$programs/initdb" --pgdata="$data" --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync \
            --no-instructions </dev/null >"$folder/log" 2>&1 3<&-; then
            printf '%s\\n' "$configuration" "listen_addresses = ''" "unix_socket_directories = '$socket'" \
                >>"$data/postgresql.conf"
            printf '%s\\n' "$access" "local all all trust" >"$data/pg_hba.conf"
            echo "version $("$programs/postgres" --version)"
            start
            while read -r order <&3; do
                case "$order" in
                    kill)
                        end KILL
                        echo "killed"
                        ;;
                    start) start ;;
                esac
            done
            # It may have been told to stop before it was started.
            while [ ! -s "$folder/process" ]; do sleep 0.02; done
            end QUIT
        else
            tail -n 12 "$folder/log" | sed 's/^/log /'
            echo "ended 1"
            read -r _ <&3
        fi
        wait
        rm -rf "$folder" "$socket"
        """
}
