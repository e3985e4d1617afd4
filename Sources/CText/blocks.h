// 64 bytes at a time, with the vectors of the file that includes this. Before it come VECTOR_BYTES and the type `vector` of so
// many bytes, and `mask_of`, which makes a bit of each byte of a vector that is all ones or all zeros, the first one's the
// lowest.
//
// Written as comparisons of whole vectors, which the compiler has instructions for on every machine; `mask_of` is all that
// differs.
#include "implementations.h"
#include <string.h>

enum { BLOCK = 64 };

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const uint8_t *bytes) {
    vector loaded;
    memcpy(&loaded, bytes, sizeof loaded);
    return loaded;
}

INLINE vector all(uint8_t byte) {
    return (vector){0} + byte;
}

/// What a JSON string cannot hold as it is: quotation marks, reverse solidi, control characters (RFC 8259, 7).
INLINE vector special_in(vector bytes) {
    return (vector)(bytes == all('"')) | (vector)(bytes == all('\\')) | (vector)(bytes < all(0x20));
}

/// The control characters whose escape sequence is `\u` and a number.
INLINE vector numbered_in(vector bytes) {
    // From \b on there are \t, \n, then one without a letter, \f and \r.
    vector has_letter = (vector)(bytes - all(0x08) < all(6)) & (vector)(bytes != all(0x0B));
    return (vector)(bytes < all(0x20)) & ~has_letter;
}

/// A bit for each byte of a block.
struct marks {
    uint64_t special;
    uint64_t numbered;
    /// What is not ASCII.
    uint64_t wide;
};

INLINE struct marks marks_in(const uint8_t *block) {
    struct marks marks = {0, 0, 0};
    for (unsigned at = 0; at < BLOCK; at += VECTOR_BYTES) {
        vector bytes = load(block + at);
        marks.special |= mask_of(special_in(bytes)) << at;
        marks.numbered |= mask_of(numbered_in(bytes)) << at;
        marks.wide |= mask_of((vector)(bytes >= all(0x80))) << at;
    }
    return marks;
}

/// The marks of `size` bytes, at least one and at most a block, at an offset in a text.
INLINE struct marks marks_within(const uint8_t *text, size_t at, size_t size) {
    if (size == BLOCK) return marks_in(text + at);
    if (at + size < BLOCK) {
        uint8_t block[BLOCK];
        memset(block, ' ', BLOCK);
        memcpy(block, text + at, size);
        return marks_in(block);
    }
    // The block that ends where they do.
    struct marks marks = marks_in(text + at + size - BLOCK);
    unsigned before = (unsigned)(BLOCK - size);
    return (struct marks){marks.special >> before, marks.numbered >> before, marks.wide >> before};
}

INLINE size_t block_size(size_t left) {
    return left < BLOCK ? left : BLOCK;
}

INLINE size_t first(uint64_t marks) {
    return (size_t)__builtin_ctzll(marks);
}

INLINE size_t first_or(uint64_t marks, size_t other) {
    return (size_t)__builtin_ctzg(marks, (int)other);
}

INLINE uint64_t before(uint64_t marks, size_t index) {
    return marks & (((uint64_t)1 << index) - 1);
}

#include "json_blocks.h"
#include "utf8_blocks.h"
