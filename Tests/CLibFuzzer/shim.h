#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with its command line over a test of one input.
/// Source: LLVM, "libFuzzer", section "Using libFuzzer as a library".
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
