# Counts a program's instructions. Sourced by what compares them.
source Tests/Setup/machine.bash

# Makes a program of the build that tests run, as FOLDER/program:
#   make_counted PRODUCT FOLDER
make_counted() {
    local build=("${tested_build[@]}" --product "$1")
    "${build[@]}" >&2
    # Without debug information, which valgrind does not always understand, and reads for a long time.
    strip --strip-debug "$("${build[@]}" --show-bin-path)/$1" -o "$2/program"
}

# Runs it, and counts the instructions of each call of a function of its:
#   count_calls FOLDER/program FUNCTION OUT [ARGUMENT ...]
# What it prints is OUT/said. Where it fails, its words are told.
count_calls() {
    local program=$1 function=$2 out=$3
    shift 3
    mkdir -p "$out"
    # One dump for each call, numbered in their order; the last one is what came behind.
    if ! SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=callgrind --callgrind-out-file="$out/calls" \
        --zero-before="$function" --dump-after="$function" "$program" "$@" >"$out/said" 2>"$out/log"; then
        grep -v '^==' "$out/log" >&2 || tail -n 20 "$out/log" >&2
        return 1
    fi
}

# Prints the instructions of the call of that number, from 1 on.
instructions_of_call() {
    sed -n 's/^summary: //p' "$1/calls.$2"
}
