# Sets up what the tests speak to that is not Swift: Go, Python and their peers. Everything goes to .build/peers.
# Sourced by Tests/run, after machine.bash, in the repository's folder.

peers="$PWD/.build/peers"

# The Python environment, made anew when requirements.txt has changed or when it does not run any more.
ensure_python() {
    local venv="$peers/venv" wanted=Tests/Peers/requirements.txt installed="$peers/requirements.installed"
    if ! cmp --silent "$wanted" "$installed" || ! "$venv/bin/python" -c 'import grpc, pika, requests' 2>/dev/null; then
        grep -v '^#' "$wanted" | paste --serial --delimiters=' ' | sed 's/^/installing /'
        rm -rf "$venv" "$installed"
        mkdir -p "$peers"
        # Debian's own Python, since python3-venv belongs to that one.
        /usr/bin/python3 -m venv "$venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
        cp "$wanted" "$installed"
    fi
    export BROKERLAB_PYTHON="$venv/bin/python"
}

# The Python stubs of the peers' own proto files.
ensure_stubs() {
    local stubs="$peers/stubs" proto name
    mkdir -p "$stubs"
    for proto in Tests/Peers/proto/*.proto; do
        name=$(basename "$proto" .proto)
        if [ ! "$stubs/${name}_pb2_grpc.py" -nt "$proto" ]; then
            "$BROKERLAB_PYTHON" -m grpc_tools.protoc --proto_path="$(dirname "$proto")" \
                --python_out="$stubs" --grpc_python_out="$stubs" "$proto"
        fi
    done
}

# Finds Go, which came with Python's packages.
find_go() {
    BROKERLAB_GO=$("$BROKERLAB_PYTHON" -c 'import go, os; print(os.path.dirname(go.__file__) + "/bin/go")')
    export BROKERLAB_GO
    export GOCACHE="$peers/go-cache" GOPATH="$peers/go-path" GOENV=off GOPROXY=off GOTOOLCHAIN=local GOFLAGS=-mod=mod
}

# What parties take of Debian's packages: Python brings Go itself.
# shellcheck disable=SC2034 # read by the scripts that source this one
party_packages=(python3 python3-venv golang-github-rabbitmq-amqp091-go-dev golang-google-grpc-dev)

# Go's party, where brokerlab looks for it. Its libraries are Debian's, which lie in a GOPATH.
ensure_party_go() {
    local out="$PWD/.build/benchmark-peers"
    mkdir -p "$out"
    (cd Benchmarks/peers/party-go &&
        GO111MODULE=off GOFLAGS='' GOPATH=/usr/share/gocode "$BROKERLAB_GO" build -o "$out/" .)
}

# Python's party, in the same place: a program that starts it with its stubs.
ensure_party_python() {
    local out="$PWD/.build/benchmark-peers" stubs="$PWD/.build/benchmark-peers/python-stubs"
    mkdir -p "$stubs"
    "$BROKERLAB_PYTHON" -m grpc_tools.protoc --proto_path=Sources/GRPCTransport/Wire \
        --python_out="$stubs" --grpc_python_out="$stubs" logs.proto
    {
        echo '#!/bin/sh'
        printf 'PYTHONPATH=%q PYTHONDONTWRITEBYTECODE=1 exec %q %q "$@"\n' \
            "$stubs" "$BROKERLAB_PYTHON" "$PWD/Benchmarks/peers/party-python/party.py"
    } >"$out/party-python"
    chmod +x "$out/party-python"
}

# Go, and the peers written in it. They use the standard library and Debian's packages only, so nothing is ever downloaded
# for them.
ensure_go() {
    find_go
    mkdir -p "$peers/bin"
    (cd Tests/Peers/go && "$BROKERLAB_GO" build -o "$peers/bin/" ./netrpc-client ./netrpc-server ./http-client ./http-server)
    # The race detector is C. Swift brings clang.
    (cd Tests/Peers/go && CGO_ENABLED=1 CC=clang "$BROKERLAB_GO" build -race -o "$peers/bin/" ./netrpc-calls)
    # amqp091-go is Debian's, which lies in a GOPATH.
    (cd Tests/Peers/go-amqp &&
        GO111MODULE=off GOFLAGS='' GOPATH=/usr/share/gocode "$BROKERLAB_GO" build -o "$peers/bin/" ./amqp-publisher ./amqp-consumer \
            ./amqp-requester ./amqp-responder)
    ensure_party_go
}

ensure_peers() {
    ensure_python
    ensure_stubs
    ensure_go
    ensure_party_python
    "$BROKERLAB_PYTHON" --version
    "$BROKERLAB_GO" version
}
