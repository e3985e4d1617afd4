// JSON's strings in blocks (RFC 8259, 7); a part of blocks.h.
//
// What comes before a special character is copied by a store of a whole block: that costs less than to know its length.

/// Passes over blocks without anything special.
INLINE size_t skip_plain(const uint8_t *text, size_t at, size_t count, uint64_t *wide) {
    vector seen = all(0);
    for (; count - at >= BLOCK; at += BLOCK) {
        vector special = all(0), block = all(0);
        for (unsigned offset = 0; offset < BLOCK; offset += VECTOR_BYTES) {
            vector bytes = load(text + at + offset);
            special |= special_in(bytes);
            block |= bytes;
        }
        if (mask_of(special) != 0) break;
        seen |= block;
    }
    *wide |= mask_of((vector)(seen >= all(0x80)));
    return at;
}

static struct json_plain plain(const void *bytes, size_t start, size_t count) {
    const uint8_t *text = bytes;
    uint64_t wide = 0;
    for (size_t at = start; at < count;) {
        size_t size = block_size(count - at);
        struct marks marks = marks_within(text, at, size);
        if (marks.special != 0) {
            size_t index = first(marks.special);
            return (struct json_plain){at + index, (wide | before(marks.wide, index)) != 0};
        }
        wide |= marks.wide;
        at = skip_plain(text, at + size, count, &wide);
    }
    return (struct json_plain){count, wide != 0};
}

static size_t escaped_length(const void *bytes, size_t count) {
    size_t length = count, size;
    for (size_t at = 0; at < count; at += size) {
        size = block_size(count - at);
        struct marks marks = marks_within(bytes, at, size);
        length += (size_t)__builtin_popcountll(marks.special) + 4 * (size_t)__builtin_popcountll(marks.numbered);
    }
    return length;
}

/// A block that is on its way from a text to where it is written.
struct passage {
    const uint8_t *block;
    /// How many bytes of the block there are, and of the text from its begin on.
    size_t size, left;
    /// What of its special characters was not dealt with yet.
    uint64_t special;
    /// Up to where it was passed.
    size_t from;
    uint8_t *out;
};

INLINE struct passage passage(const uint8_t *text, size_t at, size_t count, uint64_t special, uint8_t *out) {
    size_t left = count - at;
    return (struct passage){text + at, block_size(left), left, special, 0, out};
}

// `is_amid` says that more than two blocks of text are left, so that whole ones may be read and written.

/// Copies what comes before an index.
INLINE void pass(struct passage *passage, size_t index, bool is_amid) {
    size_t size = index - passage->from;
    memcpy(passage->out, passage->block + passage->from, is_amid ? BLOCK : size);
    passage->out += size;
    passage->from = index;
}

/// How many special characters there were in the latest blocks, 16 times their number in one; each counts for less with each
/// block that follows.
///
/// Where there is more than one in a block, two are dealt with at once, even where there are fewer, which comes to nothing
/// then: how many there are is nothing that a processor could guess, and wrong guesses cost more than that.
struct crowd {
    size_t sum;
};

enum { CROWD_BLOCKS = 16 };

INLINE bool is_crowded(const struct crowd *crowd) {
    return crowd->sum > CROWD_BLOCKS;
}

INLINE void add(struct crowd *crowd, uint64_t special) {
    crowd->sum += (size_t)__builtin_popcountll(special) - crowd->sum / CROWD_BLOCKS;
}

/// Keeps the compiler from making a branch of what the value is made of.
INLINE size_t without_branch(size_t value) {
    __asm__("" : "+r"(value));
    return value;
}

/// Deals with the next special character, or with none.
INLINE void escape_next(struct passage *passage, bool is_amid) {
    size_t is_one = without_branch(passage->special != 0), index = first_or(passage->special, passage->size);
    pass(passage, index, is_amid);
    const struct json_escape *sequence = &json_escapes[passage->block[index]];
    memcpy(passage->out, sequence, sizeof *sequence);
    passage->out += sequence->length & -is_one;
    passage->from += is_one;
    passage->special &= passage->special - 1;
}

INLINE void escape_block(struct passage *block, bool is_amid, struct crowd *crowd) {
    if (is_amid && is_crowded(crowd)) {
        escape_next(block, is_amid);
        escape_next(block, is_amid);
    }
    while (block->special != 0) escape_next(block, is_amid);
    pass(block, block->size, is_amid);
}

static size_t escape(const void *bytes, size_t count, void *memory) {
    const uint8_t *text = bytes;
    uint8_t *out = memory;
    struct crowd crowd = {0};
    for (size_t at = 0; at < count;) {
        struct passage block = passage(text, at, count, 0, out);
        block.special = marks_within(text, at, block.size).special;
        add(&crowd, block.special);
        if (block.left > 2 * BLOCK) {
            escape_block(&block, true, &crowd);
        } else {
            escape_block(&block, false, &crowd);
        }
        at += block.size;
        out = block.out;
    }
    return (size_t)(out - (uint8_t *)memory);
}

/// Deals with the next special character, or with none; false where that is none of an escape sequence of one letter.
INLINE bool unescape_next(struct passage *passage, bool is_amid) {
    size_t is_one = without_branch(passage->special != 0), index = first_or(passage->special, passage->size);
    pass(passage, index, is_amid);
    uint8_t character = is_amid || index + 1 < passage->left ? json_letters[passage->block[index + 1]] : 0;
    size_t is_escape = (passage->block[index] == '\\') & (character != 0);
    if (without_branch(is_one & ~is_escape)) return false;
    *passage->out = character;
    passage->out += is_one;
    passage->from += 2 * is_one;
    passage->special &= ~((uint64_t)3 << (index % BLOCK));
    return true;
}

/// Whether the last escape sequence does not end in the next block, which it seldom does.
INLINE bool is_within(const struct passage *block) {
    return __builtin_expect(block->from <= block->size, true);
}

/// Reads a block of a string, as far as it is plain or escaped with one letter.
INLINE bool unescape_block(struct passage *block, bool is_amid, struct crowd *crowd) {
    if (is_amid && is_crowded(crowd)) {
        if (!unescape_next(block, is_amid)) return false;
        if (is_within(block) && !unescape_next(block, is_amid)) return false;
    }
    while (block->special != 0) {
        if (!unescape_next(block, is_amid)) return false;
    }
    if (is_within(block)) pass(block, block->size, is_amid);
    return true;
}

static struct json_string unescape(const void *bytes, size_t start, size_t count, void *memory) {
    const uint8_t *text = bytes;
    uint8_t *out = memory;
    uint64_t wide = 0;
    struct crowd crowd = {0};
    struct json_string string = {.end = start};
    for (size_t at = start; string.why == JSON_GOES_ON;) {
        for (bool goes_on = true; goes_on && at < count;) {
            struct passage block = passage(text, at, count, 0, out);
            struct marks marks = marks_within(text, at, block.size);
            block.special = marks.special;
            add(&crowd, block.special);
            bool is_amid = block.left > 2 * BLOCK;
            goes_on = is_amid ? unescape_block(&block, true, &crowd) : unescape_block(&block, false, &crowd);
            wide |= goes_on ? marks.wide : before(marks.wide, block.from);
            at += block.from;
            out = block.out;
        }
        // The end, or an escape sequence with a number, which others like it may follow. These are variables of their own,
        // as their addresses are given away: the others stay in registers.
        uint8_t *taken = out;
        string.end = at;
        do string.why = json_take(text, count, &string.end, &taken, &string.has_wide);
        while (string.why == JSON_GOES_ON && string.end < count && text[string.end] == '\\');
        at = string.end;
        out = taken;
    }
    string.length = (size_t)(out - (uint8_t *)memory);
    string.has_wide |= wide != 0;
    return string;
}
