#include "histogram.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "say.h"

namespace {

/// The largest value, in nanoseconds.
constexpr int64_t longest = 60'000'000'000;

template <typename Number>
void append_big_endian(std::string& bytes, Number number) {
    for (int shift = 8 * (sizeof number - 1); shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
}

/// ZigZag LEB128.
void append_varint(std::string& bytes, int64_t number) {
    auto rest = static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63);
    for (; rest >= 0x80; rest >>= 7) bytes.push_back(static_cast<char>(rest | 0x80));
    bytes.push_back(static_cast<char>(rest));
}

std::string compressed(const std::string& bytes) {
    auto length = compressBound(bytes.size());
    std::string packed(length, '\0');
    const auto status = compress(
        reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()
    );
    if (status != Z_OK) fail("zlib cannot compress a histogram");
    packed.resize(length);
    return packed;
}

std::string base64(const std::string& bytes) {
    constexpr auto digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (size_t at = 0; at < bytes.size(); at += 3) {
        const auto count = std::min<size_t>(3, bytes.size() - at);
        uint32_t group = 0;
        for (size_t index = 0; index < 3; index++) {
            group = group << 8 | (index < count ? static_cast<unsigned char>(bytes[at + index]) : 0);
        }
        for (size_t index = 0; index < 4; index++) {
            text.push_back(index <= count ? digits[group >> (18 - 6 * index) & 63] : '=');
        }
    }
    return text;
}

}  // namespace

size_t Histogram::index_of(uint64_t value) {
    const auto bucket = static_cast<size_t>(std::max(0, static_cast<int>(std::bit_width(value)) - half_bits - 1));
    return (bucket << half_bits) + (value >> bucket);
}

uint64_t Histogram::value_at(size_t index) {
    const auto bucket = index >> half_bits == 0 ? 0 : (index >> half_bits) - 1;
    return static_cast<uint64_t>(index - (bucket << half_bits)) << bucket;
}

void Histogram::record(int64_t nanoseconds) {
    const auto value = static_cast<uint64_t>(std::clamp<int64_t>(nanoseconds, 1, longest));
    counts_[index_of(value)]++;
    sum_.add(value);
    most_.raise(value);
}

nlohmann::json Histogram::summary() const {
    uint64_t count = 0;
    for (const auto& each : counts_) count += each.load();
    if (count == 0) return nullptr;
    const auto us = [](uint64_t value) { return static_cast<double>(value) / 1000; };
    const auto percentile = [&](double part) {
        auto left = static_cast<uint64_t>(std::ceil(part * static_cast<double>(count)));
        for (size_t index = 0; index < counts_.size(); index++) {
            const uint64_t own = counts_[index].load();
            if (own >= left) return us(value_at(index));
            left -= own;
        }
        return us(most_.load());
    };
    return {
        {"count", count},
        {"p50_us", percentile(0.5)},
        {"p90_us", percentile(0.9)},
        {"p99_us", percentile(0.99)},
        {"p999_us", percentile(0.999)},
        {"max_us", us(most_.load())},
        {"mean_us", us(sum_.load()) / static_cast<double>(count)},
    };
}

// AbstractHistogram.encodeIntoByteBuffer: a header of 40 bytes, then the counts from value 0 on, where a negative number
// stands for as many empty ones.
std::string Histogram::encoded() const {
    std::string counts;
    int64_t empty = 0;
    for (const auto& each : counts_) {
        const int64_t count = each.load();
        if (count == 0) {
            empty++;
            continue;
        }
        if (empty > 0) append_varint(counts, -empty);
        empty = 0;
        append_varint(counts, count);
    }
    std::string plain;
    append_big_endian<uint32_t>(plain, 0x1c849303 | 0x10);
    append_big_endian<uint32_t>(plain, static_cast<uint32_t>(counts.size()));
    append_big_endian<uint32_t>(plain, 0);
    append_big_endian<uint32_t>(plain, 3);
    append_big_endian<uint64_t>(plain, 1);
    append_big_endian<uint64_t>(plain, longest);
    append_big_endian<uint64_t>(plain, std::bit_cast<uint64_t>(1.0));
    const auto packed = compressed(plain + counts);
    std::string whole;
    append_big_endian<uint32_t>(whole, 0x1c849304 | 0x10);
    append_big_endian<uint32_t>(whole, static_cast<uint32_t>(packed.size()));
    return base64(whole + packed);
}
