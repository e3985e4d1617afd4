// With the vectors of 16 bytes that every machine of its kind has: SSE2 on x86-64, NEON on 64-bit ARM.
#include "implementations.h"

#if defined(__SSE2__)

#include <emmintrin.h>

enum { VECTOR_BYTES = 16 };
typedef uint8_t vector __attribute__((vector_size(VECTOR_BYTES)));

static inline uint64_t mask_of(vector flags) {
    return (uint16_t)_mm_movemask_epi8((__m128i)flags);
}

#include "blocks.h"

const struct text_implementation text_baseline = {"SSE2", plain, escaped_length, escape, unescape, is_utf8};

#elif defined(__aarch64__)

#include <arm_neon.h>

enum { VECTOR_BYTES = 16 };
typedef uint8_t vector __attribute__((vector_size(VECTOR_BYTES)));

static inline uint64_t mask_of(vector flags) {
    const vector bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t chosen = (uint8x16_t)(flags & bits);
    return (uint64_t)vaddv_u8(vget_low_u8(chosen)) | (uint64_t)vaddv_u8(vget_high_u8(chosen)) << 8;
}

#include "blocks.h"

const struct text_implementation text_baseline = {"NEON", plain, escaped_length, escape, unescape, is_utf8};

#endif
