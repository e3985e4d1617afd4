// Latencies, counted as HdrHistogram counts them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "shared.h"

/// Counts nanoseconds from 1 to a minute in three digits; any thread may add to it.
class Histogram {
public:
    /// Counts a value; one outside of the range as the nearest that is in it.
    void record(int64_t nanoseconds);

    /// What a ledger says of a latency, in microseconds; null without a value.
    nlohmann::json summary() const;

    /// HdrHistogram's V2 encoding, compressed, in base64.
    std::string encoded() const;

private:
    // Of three digits there are 2048 counts a bucket, and each but the first uses the upper half of them: 2 to the power of this.
    static constexpr int half_bits = 10;

    static size_t index_of(uint64_t value);
    static uint64_t value_at(size_t index);

    std::array<Shared<uint32_t>, size_t{28} << half_bits> counts_{};
    Shared<uint64_t> sum_;
    Shared<uint64_t> most_;
};
