// One character at a time: what is left over by the implementations with vectors, and what they are held against.
#include "implementations.h"
#include <string.h>

/// The number of a hexadecimal digit, or -1.
static int32_t digit(uint8_t byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    uint8_t letter = byte | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// The number in `\uXXXX` at the start of a text, or -1.
static int32_t code_unit(const uint8_t *text, size_t count) {
    if (count < 6 || text[0] != '\\' || text[1] != 'u') return -1;
    // One that is -1 leaves the sign.
    int32_t high = digit(text[2]) * 16 | digit(text[3]), low = digit(text[4]) * 16 | digit(text[5]);
    return (high | low) < 0 ? -1 : high * 256 + low;
}

/// Writes a scalar in UTF-8 (RFC 3629, 3).
static uint8_t *write_scalar(uint32_t scalar, uint8_t *out) {
    if (scalar < 0x80) {
        *out++ = (uint8_t)scalar;
        return out;
    }
    if (scalar < 0x800) {
        *out++ = (uint8_t)(0xC0 | scalar >> 6);
    } else {
        if (scalar < 0x10000) {
            *out++ = (uint8_t)(0xE0 | scalar >> 12);
        } else {
            *out++ = (uint8_t)(0xF0 | scalar >> 18);
            *out++ = (uint8_t)(0x80 | (scalar >> 12 & 0x3F));
        }
        *out++ = (uint8_t)(0x80 | (scalar >> 6 & 0x3F));
    }
    *out++ = (uint8_t)(0x80 | (scalar & 0x3F));
    return out;
}

/// Reads `\uXXXX`, or two of them where they form a surrogate pair.
static enum json_end take_code_units(const uint8_t *text, size_t count, size_t *at, uint8_t **out) {
    int32_t first = code_unit(text + *at, count - *at);
    if (first < 0) return JSON_NO_CODE_UNIT;
    *at += 6;
    if ((first & 0xFC00) == 0xDC00) return JSON_NO_FIRST_HALF;
    uint32_t scalar = (uint32_t)first;
    if ((first & 0xFC00) == 0xD800) {
        int32_t second = code_unit(text + *at, count - *at);
        if (second < 0) return JSON_NO_CODE_UNIT;
        *at += 6;
        if ((second & 0xFC00) != 0xDC00) return JSON_NO_SECOND_HALF;
        scalar = 0x10000 + ((uint32_t)(first & 0x3FF) << 10 | (uint32_t)(second & 0x3FF));
    }
    *out = write_scalar(scalar, *out);
    return JSON_GOES_ON;
}

enum json_end json_take(const uint8_t *text, size_t count, size_t *at, uint8_t **out, bool *has_wide) {
    if (*at >= count) return JSON_TEXT_ENDS;
    uint8_t byte = text[*at];
    if (byte == '"') return JSON_CLOSED;
    if (byte < 0x20) return JSON_BARE_CONTROL;
    if (byte != '\\') {
        if (byte >= 0x80) *has_wide = true;
        *(*out)++ = byte;
        *at += 1;
        return JSON_GOES_ON;
    }
    if (count - *at < 2) return JSON_NO_ESCAPE;
    uint8_t letter = text[*at + 1];
    if (letter == 'u') return take_code_units(text, count, at, out);
    if (json_letters[letter] == 0) return JSON_NO_ESCAPE;
    *(*out)++ = json_letters[letter];
    *at += 2;
    return JSON_GOES_ON;
}

static struct json_plain plain(const void *bytes, size_t start, size_t count) {
    const uint8_t *text = bytes;
    struct json_plain found = {start, false};
    while (found.end < count && json_escapes[text[found.end]].length == 0) {
        if (text[found.end] >= 0x80) found.has_wide = true;
        found.end += 1;
    }
    return found;
}

static size_t escaped_length(const void *bytes, size_t count) {
    const uint8_t *text = bytes;
    size_t length = 0;
    for (size_t at = 0; at < count; at += 1) {
        uint8_t sequence = json_escapes[text[at]].length;
        length += sequence == 0 ? 1 : sequence;
    }
    return length;
}

static size_t escape(const void *bytes, size_t count, void *memory) {
    const uint8_t *text = bytes;
    uint8_t *out = memory;
    for (size_t at = 0; at < count; at += 1) {
        const struct json_escape *sequence = &json_escapes[text[at]];
        if (sequence->length == 0) {
            *out++ = text[at];
        } else {
            memcpy(out, sequence->text, sequence->length);
            out += sequence->length;
        }
    }
    return (size_t)(out - (uint8_t *)memory);
}

static struct json_string unescape(const void *text, size_t start, size_t count, void *memory) {
    uint8_t *out = memory;
    struct json_string string = {.end = start};
    do string.why = json_take(text, count, &string.end, &out, &string.has_wide);
    while (string.why == JSON_GOES_ON);
    string.length = (size_t)(out - (uint8_t *)memory);
    return string;
}

/// The length of the character at the start of a text, or zero if there is none (The Unicode Standard, table 3-7).
static size_t character_length(const uint8_t *text, size_t count) {
    uint8_t first = text[0];
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (count < length) return 0;
    uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (text[1] < least || text[1] > most) return 0;
    for (size_t index = 2; index < length; index += 1) {
        if ((text[index] & 0xC0) != 0x80) return 0;
    }
    return length;
}

static bool is_utf8(const void *bytes, size_t count) {
    const uint8_t *text = bytes;
    for (size_t at = 0; at < count;) {
        size_t length = character_length(text + at, count - at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

const struct text_implementation text_scalar = {"scalar", plain, escaped_length, escape, unescape, is_utf8};
