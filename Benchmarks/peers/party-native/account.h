// What becomes of the entries that a load generator sends.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "histogram.h"
#include "shared.h"

/// The fates of the entries of a stretch of load, and their times, on the monotonic clock in nanoseconds.
class Account {
public:
    /// Begins now, and lasts so long; entries of a rate are due at times.
    Account(int64_t length, bool has_rate);

    int64_t start() const { return start_; }
    int64_t end() const { return end_; }
    /// What makes of a time the time of day.
    int64_t to_wall() const { return to_wall_; }
    /// Whether an entry has failed: no further one is to be sent.
    bool is_over() const { return is_over_ != 0; }

    /// Counts an entry that is sent now; its number.
    uint64_t count_sent() { return sent_++; }
    /// Counts how late an entry of a rate is sent, and whether its sender waited for it.
    void count_slip(int64_t late, bool was_awaited);
    /// Counts an entry that was due and sent then, and acknowledged now.
    void acknowledge(int64_t now, int64_t due, int64_t sent_at);
    /// Counts entries that were not taken, or of which nobody knows.
    void fail(int64_t now, uint64_t count, bool is_rejected, const std::string& reason);

    /// The result as the contract has it; a sender spun so long.
    nlohmann::json result(int64_t spun) const;

private:
    const bool has_rate_;
    const int64_t to_wall_, start_, middle_, end_;
    Shared<uint64_t> sent_, acked_, unknown_, rejected_, first_half_, second_half_;
    Shared<int64_t> last_fate_;
    Shared<int> is_over_;
    Histogram latency_, uncorrected_, slip_, arrival_error_;

    Lock lock_;
    std::string first_error_;
};
