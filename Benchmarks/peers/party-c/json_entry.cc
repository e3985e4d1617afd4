#include "json_entry.h"

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace {

/// What is looked at at once.
using Block = uint8_t __attribute__((ext_vector_type(32)));
using Bits = bool __attribute__((ext_vector_type(32)));

constexpr ptrdiff_t block_bytes = sizeof(Block);

/// How far the first quote or backslash of a block is; all of it where there is none.
ptrdiff_t special_in(const char* at) {
    Block block;
    std::memcpy(&block, at, sizeof block);
    const Bits found = __builtin_convertvector((block == '"') | (block == '\\'), Bits);
    return std::countr_zero(std::bit_cast<uint32_t>(found));
}

/// Reads JSON from its begin on; what is not as it is looked for is false.
class Reader {
public:
    Reader(std::string_view text, Buffer& unescaped) : at_(text.data()), end_(at_ + text.size()), unescaped_(unescaped) {
        unescaped.drop(unescaped.size());
        // What is unescaped is never longer, and blocks are copied whole.
        unescaped.reserve(text.size() + block_bytes);
    }

    bool is_at_end() {
        skip_space();
        return at_ == end_;
    }

    bool take(char wanted) {
        skip_space();
        if (at_ == end_ || *at_ != wanted) return false;
        at_++;
        return true;
    }

    bool take(std::string_view& text) {
        if (!take('"')) return false;
        const auto* begin = at_;
        at_ = special();
        if (at_ == end_) return false;
        if (*at_ == '"') {
            text = {begin, static_cast<size_t>(at_++ - begin)};
            return true;
        }
        return unescape(begin, text);
    }

    template <typename Number>
    bool take(Number& number) {
        skip_space();
        const auto [end, error] = std::from_chars(at_, end_, number);
        // A fraction or an exponent behind it is no comma.
        at_ = end;
        return error == std::errc();
    }

private:
    void skip_space() {
        while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) at_++;
    }

    /// Where the next quote or backslash is, or the end.
    const char* special() const {
        const auto* at = at_;
        for (; end_ - at >= block_bytes; at += block_bytes) {
            if (const auto offset = special_in(at); offset < block_bytes) return at + offset;
        }
        while (at < end_ && *at != '"' && *at != '\\') at++;
        return at;
    }

    /// Goes on with a text that has begun there, at its first backslash.
    bool unescape(const char* begin, std::string_view& text) {
        const auto offset = unescaped_.size();
        unescaped_.append(begin, static_cast<size_t>(at_ - begin));
        auto* to = unescaped_.data() + unescaped_.size();
        while (at_ < end_ && *at_ != '"') {
            if (*at_ == '\\') {
                if (!take_escape(to)) return false;
            } else if (end_ - at_ < block_bytes) {
                *to++ = static_cast<uint8_t>(*at_++);
                continue;
            }
            while (end_ - at_ >= block_bytes) {
                std::memcpy(to, at_, block_bytes);
                const auto count = special_in(at_);
                at_ += count;
                to += count;
                if (count < block_bytes) break;
            }
        }
        if (at_ == end_) return false;
        at_++;
        unescaped_.add(static_cast<size_t>(to - (unescaped_.data() + unescaped_.size())));
        text = {reinterpret_cast<const char*>(unescaped_.data()) + offset, unescaped_.size() - offset};
        return true;
    }

    /// Takes an escape, and writes what it stands for.
    bool take_escape(uint8_t*& to) {
        if (end_ - at_ < 2) return false;
        const char name = at_[1];
        at_ += 2;
        if (name == '"' || name == '\\' || name == '/') {
            *to++ = static_cast<uint8_t>(name);
            return true;
        }
        constexpr std::string_view names = "bfnrt", values = "\b\f\n\r\t";
        if (const auto found = names.find(name); found != std::string_view::npos) {
            *to++ = static_cast<uint8_t>(values[found]);
            return true;
        }
        unsigned code = 0;
        if (name != 'u' || end_ - at_ < 4 || std::from_chars(at_, at_ + 4, code, 16).ptr != at_ + 4) return false;
        // Halves of a pair are for a whole reader.
        if (code >= 0xd800 && code < 0xe000) return false;
        at_ += 4;
        if (code < 0x80) {
            *to++ = static_cast<uint8_t>(code);
            return true;
        }
        if (code < 0x800) {
            *to++ = static_cast<uint8_t>(0xc0 | code >> 6);
        } else {
            *to++ = static_cast<uint8_t>(0xe0 | code >> 12);
            *to++ = static_cast<uint8_t>(0x80 | (code >> 6 & 0x3f));
        }
        *to++ = static_cast<uint8_t>(0x80 | (code & 0x3f));
        return true;
    }

    const char *at_, *end_;
    Buffer& unescaped_;
};

}  // namespace

bool read_entry(std::string_view json, Buffer& unescaped, Entry& entry) {
    Reader reader(json, unescaped);
    if (!reader.take('{')) return false;
    bool has_name = false, has_data = false;
    do {
        std::string_view key;
        if (!reader.take(key) || !reader.take(':')) return false;
        bool is_read = false;
        if (key == "data") {
            is_read = has_data = reader.take(entry.data);
        } else if (key == "name") {
            is_read = has_name = reader.take(entry.name);
        } else if (key == "run") {
            is_read = reader.take(entry.run);
        } else if (key == "seq") {
            is_read = reader.take(entry.seq);
        } else if (key == "sent_at") {
            is_read = reader.take(entry.sent_at);
        } else if (key == "severity") {
            std::string_view severity;
            is_read = reader.take(severity);
        }
        if (!is_read) return false;
    } while (reader.take(','));
    return reader.take('}') && reader.is_at_end() && has_name && has_data;
}

std::string escaped(std::string_view text) {
    std::string made;
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') made.push_back('\\');
        made.push_back(letter);
    }
    return made;
}
