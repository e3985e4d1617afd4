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

# What parties take of Debian's packages: Python brings Go itself, and Swift clang.
# shellcheck disable=SC2034 # read by the scripts that source this one
party_packages=(python3 python3-venv golang-github-rabbitmq-amqp091-go-dev golang-google-grpc-dev)
# shellcheck disable=SC2034 # the same
party_c_packages=(libnghttp2-dev nlohmann-json3-dev zlib1g-dev)
# shellcheck disable=SC2034 # the same
party_cpp_packages=(pkg-config libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc nlohmann-json3-dev zlib1g-dev)
# shellcheck disable=SC2034 # the same
party_java_packages=(openjdk-17-jdk-headless libgrpc-java libnetty-java libprotobuf-java libperfmark-java libguava-java librabbitmq-client-java
    libslf4j-java libgoogle-gson-java libhdrhistogram-java libgeronimo-annotation-1.3-spec-java protobuf-compiler
    protobuf-compiler-grpc-java-plugin)
# shellcheck disable=SC2034 # the same
party_rust_packages=(cargo librust-hyper-dev librust-h2-dev librust-http-dev librust-prost-dev librust-tokio-dev librust-serde-dev
    librust-serde-json-dev librust-flate2-dev librust-futures-util-dev librust-bytes-dev)

# Go's party, where brokerlab looks for it. Its libraries are Debian's, which lie in a GOPATH.
ensure_party_go() {
    local out="$PWD/.build/benchmark-peers"
    mkdir -p "$out"
    (cd Benchmarks/peers/party-go &&
        GO111MODULE=off GOFLAGS='' GOPATH=/usr/share/gocode "$BROKERLAB_GO" build -o "$out/" .)
}

# Python's party, in the same place: a program that starts it with its stubs. What it takes beside the peers' packages goes to their
# environment, anew where that was made anew.
ensure_party_python() {
    local out="$PWD/.build/benchmark-peers" stubs="$PWD/.build/benchmark-peers/python-stubs"
    local wanted=Benchmarks/peers/party-python/requirements.txt installed="$peers/venv/party-python.installed"
    if ! cmp --silent "$wanted" "$installed"; then
        grep -v '^#' "$wanted" | paste --serial --delimiters=' ' | sed 's/^/installing /'
        "$BROKERLAB_PYTHON" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
        cp "$wanted" "$installed"
    fi
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

# The party of bare epoll loops, in the same place. One thread of it is at work, and so what it shares with C++'s party is built without locks.
ensure_party_c() {
    local out="$PWD/.build/benchmark-peers"
    if [ -x "$out/party-c" ] && [ -z "$(find Benchmarks/peers/party-{c,native} -newer "$out/party-c")" ]; then return; fi
    mkdir -p "$out"
    clang++ -std=c++20 -O3 -Wall -Wextra -Werror -DONE_THREAD -I Benchmarks/peers/party-native -o "$out/party-c" \
        Benchmarks/peers/party-{c,native}/*.cc -lnghttp2 -lz -pthread
}

# C++'s party, in the same place. It takes a minute, and so nothing is done where nothing has changed.
ensure_party_cpp() {
    local out="$PWD/.build/benchmark-peers" stubs="$PWD/.build/benchmark-peers/party-cpp-stubs" libraries
    local proto=Sources/GRPCTransport/Wire/logs.proto
    if [ -x "$out/party-cpp" ] && [ -z "$(find Benchmarks/peers/party-{cpp,native} "$proto" -newer "$out/party-cpp")" ]; then return; fi
    mkdir -p "$stubs"
    protoc --proto_path="$(dirname "$proto")" --cpp_out="$stubs" --grpc_out="$stubs" \
        --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" logs.proto
    read -ra libraries < <(pkg-config --libs grpc++ protobuf zlib)
    clang++ -std=c++20 -O2 -Wall -Wextra -Werror -isystem "$stubs" -I Benchmarks/peers/party-native -o "$out/party-cpp" \
        Benchmarks/peers/party-{cpp,native}/*.cc "$stubs"/*.cc "${libraries[@]}" -pthread
}

# Java's party, in the same place: a program that starts Java 17 with it and Debian's libraries. Its README has what the flags are for.
ensure_party_java() {
    local out="$PWD/.build/benchmark-peers" stubs="$PWD/.build/benchmark-peers/party-java-stubs" jar path java
    local proto=Sources/GRPCTransport/Wire/logs.proto
    if [ -x "$out/party-java" ] && [ -z "$(find Benchmarks/peers/party-java "$proto" -newer "$out/party-java")" ]; then return; fi
    java=$(echo /usr/lib/jvm/java-17-openjdk-*/bin)
    path="$out/party-java.jar"
    for jar in amqp-client gson guava hdrhistogram perfmark-api protobuf slf4j-{api,nop} grpc-{api,context,core,netty,protobuf,protobuf-lite,stub} \
        netty-{buffer,codec,codec-http,codec-http2,common,handler,resolver,transport}; do
        path+=":/usr/share/java/$jar.jar"
    done
    rm -rf "$stubs"
    mkdir -p "$stubs/classes"
    protoc --proto_path="$(dirname "$proto")" --java_out="$stubs" --grpc-java_out="$stubs" \
        --plugin=protoc-gen-grpc-java="$(command -v grpc_java_plugin)" logs.proto
    "$java/javac" -nowarn -Xlint:none -cp "$path:/usr/share/java/geronimo-annotation-1.3-spec.jar" -d "$stubs/classes" "$stubs"/logs/*.java
    "$java/javac" -Xlint:all,-classfile,-path,-try -Werror -cp "$stubs/classes:$path" -d "$stubs/classes" Benchmarks/peers/party-java/*.java
    "$java/jar" --create --file "$out/party-java.jar" -C "$stubs/classes" .
    {
        echo '#!/bin/sh'
        echo 'flags="-XX:TieredStopAtLevel=1 -XX:+UseParallelGC -Xms512m"'
        # shellcheck disable=SC2016 # the script's own
        echo 'case " $JDK_JAVA_OPTIONS $* " in *" -X"* | *" --defaults "*) flags= ;; esac'
        # shellcheck disable=SC2016 # the script's own
        printf 'exec %q $flags -cp %q party.Party "$@"\n' "$java/java" "$path"
    } >"$out/party-java"
    chmod +x "$out/party-java"
}

# Rust's party, in the same place, from Debian's crates and by Debian's compiler alone. It takes two minutes where something has changed.
ensure_party_rust() {
    local out="$PWD/.build/benchmark-peers" folder=Benchmarks/peers/party-rust
    local target="$PWD/.build/benchmark-peers/party-rust-target"
    if [ -x "$out/party-rust" ] && [ -z "$(find "$folder" -newer "$out/party-rust" \( -name '*.rs' -o -name '*.toml' \))" ]; then return; fi
    mkdir -p "$target/home"
    printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "/usr/share/cargo/registry"\n' \
        >"$target/home/config.toml"
    PARTY_RUST_VERSION=$(/usr/bin/rustc --version | cut -d ' ' -f 2) CARGO_HOME="$target/home" CARGO_TARGET_DIR="$target" \
        RUSTC=/usr/bin/rustc /usr/bin/cargo build --quiet --release --offline --manifest-path "$folder/Cargo.toml"
    cp "$target/release/party-rust" "$out/"
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
    ensure_party_c
    "$BROKERLAB_PYTHON" --version
    "$BROKERLAB_GO" version
}
