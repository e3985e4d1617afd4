// The bytes of texts, at the speed of memory: JSON's strings (RFC 8259, 7) and UTF-8 (RFC 3629).
//
// Nothing is read beyond the bytes that are given. Behind what is written, TEXT_SLACK bytes may be overwritten.
#ifndef CTEXT_H
#define CTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How much room there has to be behind what is written, in bytes.
enum { TEXT_SLACK = 64 };

/// Where a part of a JSON text that is written as it is ends.
struct json_plain {
    /// The offset of the first quotation mark, reverse solidus or control character; the text's length if there is none.
    size_t end;
    /// Whether something before it is not ASCII.
    bool has_wide;
};

/// Why reading a JSON string has ended.
enum json_end {
    /// It has not.
    JSON_GOES_ON,
    /// At its quotation mark.
    JSON_CLOSED,
    /// The text ends in it.
    JSON_TEXT_ENDS,
    /// A control character stands there as it is.
    JSON_BARE_CONTROL,
    /// What follows the reverse solidus makes no escape sequence.
    JSON_NO_ESCAPE,
    /// No `\u` and four hexadecimal digits.
    JSON_NO_CODE_UNIT,
    /// The first half of a surrogate pair was not followed by the second.
    JSON_NO_SECOND_HALF,
    /// The second half of a surrogate pair was not preceded by the first.
    JSON_NO_FIRST_HALF,
};

/// A JSON string that was read.
struct json_string {
    /// The offset in the text at which reading has ended.
    size_t end;
    /// How many bytes were written.
    size_t length;
    enum json_end why;
    /// Whether some of the string, beside its escape sequences, is not ASCII.
    bool has_wide;
};

/// One way to do the work. All of them come to the same results.
struct text_implementation {
    const char *name;
    struct json_plain (*plain)(const void *text, size_t start, size_t count);
    size_t (*escaped_length)(const void *text, size_t count);
    size_t (*escape)(const void *text, size_t count, void *out);
    struct json_string (*unescape)(const void *text, size_t start, size_t count, void *out);
    bool (*is_utf8)(const void *text, size_t count);
};

/// The fastest implementation that this machine has; set before `main`, and never after.
extern const struct text_implementation *text_chosen;

/// The implementation that is used.
static inline const struct text_implementation *text_chosen_implementation(void) {
    return text_chosen;
}

/// The implementations that this machine has, the slowest and simplest first; null behind the last.
const struct text_implementation *text_implementation_at(size_t index);

/// Looks for the end of what is written as it is, from `start` on, in a text of `count` bytes.
static inline struct json_plain json_skip_plain(const void *text, size_t start, size_t count) {
    return text_chosen->plain(text, start, count);
}

/// The length of a text as a JSON string, without its quotation marks, in bytes.
static inline size_t json_escaped_length(const void *text, size_t count) {
    return text_chosen->escaped_length(text, count);
}

/// Writes a text as a JSON string, without its quotation marks; returns its length, which is that of `json_escaped_length`.
static inline size_t json_escape(const void *text, size_t count, void *out) {
    return text_chosen->escape(text, count, out);
}

/// Writes what the string stands for that begins behind the quotation mark before `start`; it is never longer than what was
/// read. Whether it is UTF-8 was not looked at.
static inline struct json_string json_unescape(const void *text, size_t start, size_t count, void *out) {
    return text_chosen->unescape(text, start, count, out);
}

/// Whether the bytes are UTF-8.
static inline bool text_is_utf8(const void *text, size_t count) {
    return text_chosen->is_utf8(text, count);
}

#endif
