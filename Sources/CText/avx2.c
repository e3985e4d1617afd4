// With vectors of 32 bytes: AVX2, for x86-64 machines that have it.
#if defined(__x86_64__)

#include "implementations.h"
#include <immintrin.h>
#include <string.h>

enum { VECTOR_BYTES = 32 };
typedef uint8_t vector __attribute__((vector_size(VECTOR_BYTES)));

#pragma clang attribute push(__attribute__((target("avx2,bmi,popcnt"))), apply_to = function)

static inline uint64_t mask_of(vector flags) {
    return (uint32_t)_mm256_movemask_epi8((__m256i)flags);
}

#include "blocks.h"

#pragma clang attribute pop

const struct text_implementation text_avx2 = {"AVX2", plain, escaped_length, escape, unescape, is_utf8};

#endif
