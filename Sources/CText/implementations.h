// What the implementations share: the tables, and what is done one character at a time.
#ifndef IMPLEMENTATIONS_H
#define IMPLEMENTATIONS_H

#include "CText.h"

extern const struct text_implementation text_scalar;
extern const struct text_implementation text_baseline;
#if defined(__x86_64__)
extern const struct text_implementation text_avx2;
#endif

/// How JSON writes a character that cannot stand as it is.
struct json_escape {
    uint8_t text[7];
    /// Zero for a character that can.
    uint8_t length;
};

/// By the character's byte.
extern const struct json_escape json_escapes[256];

/// By the letter behind a reverse solidus, the character that both stand for; zero where that is not one character.
extern const uint8_t json_letters[256];

/// Reads one character, or one escape sequence, of a JSON string, if the string goes on.
enum json_end json_take(const uint8_t *text, size_t count, size_t *at, uint8_t **out, bool *has_wide);

#endif
