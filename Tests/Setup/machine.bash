# Sets a Debian 12 machine up. Sourced by Tests/run and Benchmarks/run; does nothing when everything is there.

# Prints a heading.
heading() {
    printf '\n== %s\n' "$*"
}

# Prints why the script cannot go on, and ends it.
fail() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
}

# Runs a command as root.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Prints those of the given Debian packages that are not installed.
missing_packages() {
    local package
    for package; do
        dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || echo "$package"
    done
}

# Runs apt-get, which waits for another one that is at work, and shows what it says only when it fails.
apt() {
    local log
    log=$(mktemp)
    if ! as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get --quiet --yes --option DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# Runs a command while services are kept from starting, as Debian's policy-rc.d can. Leaves an existing one alone.
without_services() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy" || return 1
    fi
    "$@"
)

# Installs Debian packages. The services that they bring are not started, neither now nor with the machine from now on:
# broker-lab starts a RabbitMQ and a PostgreSQL of its own, and tests a Prometheus.
install_packages() {
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "root has to install what is missing: apt-get install $*"
    fi
    if ! { apt update && without_services apt install --no-install-recommends "$@"; }; then
        fail "cannot install: $*. The lines above say why."
    fi
    if [[ " $* " == *" rabbitmq-server "* && -d /run/systemd/system ]]; then
        as_root systemctl --quiet disable rabbitmq-server.service epmd.service epmd.socket || true
    fi
    if [[ " $* " == *" postgresql "* && -d /run/systemd/system ]]; then
        as_root systemctl --quiet disable postgresql.service || true
    fi
    if [[ " $* " == *" prometheus "* && -d /run/systemd/system ]]; then
        as_root systemctl --quiet disable prometheus.service || true
    fi
}

# Makes sure that Swift and the given Debian packages are there.
ensure_machine() {
    command -v swift >/dev/null || fail "needs Swift 6.3: https://www.swift.org/install/linux/"
    command -v dpkg-query >/dev/null || fail "needs Debian 12, or another system with apt."
    local missing
    missing=$(missing_packages "$@")
    if [ -n "$missing" ]; then
        echo "installing ${missing//$'\n'/ } (a minute or so)"
        # shellcheck disable=SC2086 # one word a package
        install_packages $missing
    fi
    echo "Swift and $# Debian packages are there"
}

# What every build of broker-lab needs, and the servers that a transport and a store of its need.
# shellcheck disable=SC2034 # read by the scripts that source this one
build_packages=(pkg-config libnghttp2-dev librabbitmq-dev libsqlite3-dev libpq-dev zlib1g-dev rabbitmq-server postgresql)

# The build that tests run, and what is measured beside them: the code that users run, with what is internal visible to the tests.
# In a folder of its own, as other release builds are made with other flags, and what those change is built anew.
# shellcheck disable=SC2034 # likewise
tested_build=(swift build -c release --scratch-path .build/tested -Xswiftc -enable-testing)
# shellcheck disable=SC2034 # likewise
tested=.build/tested/release

# Builds the tests so, and runs those that the arguments of `swift test` say.
run_tested() {
    "${tested_build[@]}" --build-tests >&2
    swift test -c release --scratch-path "${tested%/*}" --skip-build --disable-xctest "$@"
}
