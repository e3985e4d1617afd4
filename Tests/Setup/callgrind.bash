# Counts a program's instructions. Sourced by what compares them.
source Tests/Setup/machine.bash

# Runs a program of the build that tests run, which is made first, and counts the instructions of each call of a function of its:
#   count_calls PRODUCT FUNCTION FOLDER [ARGUMENT ...]
# What it prints is FOLDER/said. Where it fails, its words are told.
count_calls() {
    local product=$1 function=$2 folder=$3 build=("${tested_build[@]}" --product "$1")
    shift 3
    "${build[@]}" >&2
    # Without debug information, which valgrind does not always understand, and reads for a long time.
    strip --strip-debug "$("${build[@]}" --show-bin-path)/$product" -o "$folder/program"
    # One dump for each call, numbered in their order; the last one is what came behind.
    if ! SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=callgrind --callgrind-out-file="$folder/out" \
        --zero-before="$function" --dump-after="$function" "$folder/program" "$@" >"$folder/said" 2>"$folder/log"; then
        grep -v '^==' "$folder/log" >&2 || tail -n 20 "$folder/log" >&2
        return 1
    fi
}

# Prints the instructions of the call of that number, from 1 on.
instructions_of_call() {
    sed -n 's/^summary: //p' "$1/out.$2"
}
