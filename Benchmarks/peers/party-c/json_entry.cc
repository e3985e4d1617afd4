#include "json_entry.h"

#include <bit>
#include <charconv>
#include <cstring>

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr uint64_t each(uint8_t byte) { return 0x0101010101010101 * byte; }

/// The lowest bit of the result's bytes that are zero is set at 0x80; those above it may be wrong.
uint64_t zero_bytes(uint64_t word) { return (word - each(1)) & ~word & each(0x80); }

/// Reads JSON from its begin on; what is not as it is looked for is false.
class Reader {
public:
    Reader(std::string_view text, Buffer& unescaped) : at_(text.data()), end_(at_ + text.size()), unescaped_(unescaped) {
        unescaped.drop(unescaped.size());
        // What is unescaped is never longer, and words are copied whole.
        unescaped.reserve(text.size() + sizeof(uint64_t));
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
        for (uint64_t word = 0; end_ - at >= 8; at += 8) {
            std::memcpy(&word, at, sizeof word);
            if (const auto found = zero_bytes(word ^ each('"')) | zero_bytes(word ^ each('\\'))) {
                return at + std::countr_zero(found) / 8;
            }
        }
        while (at < end_ && *at != '"' && *at != '\\') at++;
        return at;
    }

    /// Goes on with a text that has begun there, at its first backslash.
    bool unescape(const char* begin, std::string_view& text) {
        const auto offset = unescaped_.size();
        unescaped_.append(begin, static_cast<size_t>(at_ - begin));
        while (at_ < end_ && *at_ == '\\') {
            if (!take_escape() || !copy_plain()) return false;
        }
        if (at_ == end_) return false;
        at_++;
        text = {reinterpret_cast<const char*>(unescaped_.data()) + offset, unescaped_.size() - offset};
        return true;
    }

    /// Copies what there is up to the next quote or backslash, word by word as it is looked at. False at the end.
    bool copy_plain() {
        auto* to = unescaped_.data() + unescaped_.size();
        const auto* begin = at_;
        for (uint64_t word = 0; end_ - at_ >= 8; at_ += 8) {
            std::memcpy(&word, at_, sizeof word);
            std::memcpy(to + (at_ - begin), &word, sizeof word);
            if (const auto found = zero_bytes(word ^ each('"')) | zero_bytes(word ^ each('\\'))) {
                at_ += std::countr_zero(found) / 8;
                unescaped_.add(static_cast<size_t>(at_ - begin));
                return true;
            }
        }
        for (; at_ < end_ && *at_ != '"' && *at_ != '\\'; at_++) to[at_ - begin] = static_cast<uint8_t>(*at_);
        unescaped_.add(static_cast<size_t>(at_ - begin));
        return at_ < end_;
    }

    bool take_escape() {
        if (end_ - at_ < 2) return false;
        constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
        const char name = at_[1];
        at_ += 2;
        if (const auto found = names.find(name); found != std::string_view::npos) {
            unescaped_.append(&values[found], 1);
            return true;
        }
        unsigned code = 0;
        if (name != 'u' || end_ - at_ < 4 || std::from_chars(at_, at_ + 4, code, 16).ptr != at_ + 4) return false;
        // Halves of a pair are for a whole reader.
        if (code >= 0xd800 && code < 0xe000) return false;
        at_ += 4;
        char bytes[3];
        size_t count = 0;
        if (code < 0x80) {
            bytes[count++] = static_cast<char>(code);
        } else {
            if (code < 0x800) {
                bytes[count++] = static_cast<char>(0xc0 | code >> 6);
            } else {
                bytes[count++] = static_cast<char>(0xe0 | code >> 12);
                bytes[count++] = static_cast<char>(0x80 | (code >> 6 & 0x3f));
            }
            bytes[count++] = static_cast<char>(0x80 | (code & 0x3f));
        }
        unescaped_.append(bytes, count);
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
