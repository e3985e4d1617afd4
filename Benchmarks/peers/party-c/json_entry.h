// A log entry in JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "buffer.h"

/// An entry, of texts that are elsewhere.
struct Entry {
    std::string_view name, data, run;
    uint64_t seq = 0;
    int64_t sent_at = 0;
};

/// Reads an entry as load generators write it. False where it is written in another way, or is none: a whole reader is to tell.
/// Texts with escapes are written to `unescaped`, whatever that held before.
bool read_entry(std::string_view json, Buffer& unescaped, Entry& entry);

/// A text as it stands in JSON, without the quotes around it.
std::string escaped(std::string_view text);
