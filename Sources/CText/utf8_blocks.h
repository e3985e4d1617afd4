// UTF-8 in blocks (The Unicode Standard, table 3-7); a part of blocks.h.

/// What is wrong, by the byte that shows it; the three bytes before a vector are looked at, too.
INLINE vector wrong_in(const uint8_t *bytes) {
    vector byte = load(bytes), previous = load(bytes - 1);
    vector continues = (vector)((byte & all(0xC0)) == all(0x80));
    vector has_to = (vector)(previous >= all(0xC0)) | (vector)(load(bytes - 2) >= all(0xE0))
        | (vector)(load(bytes - 3) >= all(0xF0));
    vector least = ((vector)(previous == all(0xE0)) & all(0xA0)) | ((vector)(previous == all(0xF0)) & all(0x90));
    vector above_most = ((vector)(previous == all(0xED)) & all(0x60)) | ((vector)(previous == all(0xF4)) & all(0x70));
    vector never = (vector)((byte & all(0xFE)) == all(0xC0)) | (vector)(byte >= all(0xF5));
    return (continues ^ has_to) | (vector)(byte < least) | (vector)(byte > ~above_most) | never;
}

INLINE vector wrong_in_block(const uint8_t *block) {
    vector wrong = all(0);
    for (unsigned at = 0; at < BLOCK; at += VECTOR_BYTES) wrong |= wrong_in(block + at);
    return wrong;
}

INLINE bool is_wide(const uint8_t *block) {
    vector seen = all(0);
    for (unsigned at = 0; at < BLOCK; at += VECTOR_BYTES) seen |= load(block + at);
    return mask_of((vector)(seen >= all(0x80))) != 0;
}

static bool is_utf8(const void *bytes, size_t count) {
    const uint8_t *text = bytes;
    vector wrong = all(0);
    // The first block and the last, with zeros where the text is not; a character that is cut short ends in one of those.
    uint8_t edge[3 + BLOCK] = {0};
    size_t at = 0;
    bool may_skip = true;
    for (; count - at >= BLOCK; at += BLOCK) {
        bool is_block_wide = is_wide(text + at);
        // Behind a block that is not ASCII, a character may still be open.
        if (!is_block_wide && may_skip) continue;
        may_skip = !is_block_wide;
        if (at == 0) {
            memcpy(edge + 3, text, BLOCK);
            wrong |= wrong_in_block(edge + 3);
        } else {
            wrong |= wrong_in_block(text + at);
        }
    }
    memset(edge, 0, sizeof edge);
    size_t behind = at == 0 ? 0 : 3;
    memcpy(edge + 3 - behind, text + at - behind, count - at + behind);
    wrong |= wrong_in_block(edge + 3);
    return mask_of((vector)(wrong != all(0))) == 0;
}
