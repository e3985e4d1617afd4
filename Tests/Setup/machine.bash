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
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "needs root to run: $*. Install sudo, or run that command as root and start again."
    fi
}

# Prints those of the given Debian packages that are not installed.
missing_packages() {
    local package
    for package; do
        dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || echo "$package"
    done
}

# Installs Debian packages without starting the services that they bring: broker-lab starts its own RabbitMQ.
install_packages() {
    local policy=/usr/sbin/policy-rc.d
    (
        if [ ! -e "$policy" ]; then
            trap 'as_root rm -f "$policy"' EXIT
            printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
            as_root chmod 755 "$policy"
        fi
        as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
            install --yes --no-install-recommends "$@" >/dev/null
    ) || fail "cannot install: $*. The lines above say why."

    # Nor are they to start with the machine from now on.
    case " $* " in
    *" rabbitmq-server "*)
        if [ -d /run/systemd/system ]; then
            as_root systemctl --quiet disable rabbitmq-server.service epmd.service epmd.socket || true
        fi
        ;;
    esac
}

# Makes sure that Swift and the given Debian packages are there.
ensure_machine() {
    heading "Machine"
    command -v swift >/dev/null || fail "needs Swift 6.3: https://www.swift.org/install/linux/"
    command -v dpkg-query >/dev/null || fail "needs Debian 12, or another system with apt."
    local missing
    missing=$(missing_packages "$@")
    if [ -n "$missing" ]; then
        echo "installing ${missing//$'\n'/ }"
        # shellcheck disable=SC2086 # one word a package
        install_packages $missing
    fi
    echo "Swift and $# Debian packages are there"
}

# What every build of broker-lab needs, and the message broker that one of its transports needs.
# shellcheck disable=SC2034 # read by the scripts that source this one
build_packages=(pkg-config libnghttp2-dev librabbitmq-dev rabbitmq-server)
