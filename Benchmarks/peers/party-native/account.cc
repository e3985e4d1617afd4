#include "account.h"

#include <algorithm>
#include <mutex>

#include "clock.h"

Account::Account(int64_t length, bool has_rate)
    : has_rate_(has_rate), to_wall_(wall_now() - monotonic_now()), start_(monotonic_now()), middle_(start_ + length / 2),
      end_(start_ + length), last_fate_(start_) {}

void Account::count_slip(int64_t late, bool was_awaited) {
    slip_.record(late);
    if (was_awaited) arrival_error_.record(late);
}

void Account::acknowledge(int64_t now, int64_t due, int64_t sent_at) {
    last_fate_.raise(now);
    acked_++;
    latency_.record(now - due);
    if (has_rate_) uncorrected_.record(now - sent_at);
    if (now < middle_) {
        first_half_++;
    } else if (now < end_) {
        second_half_++;
    }
}

void Account::fail(int64_t now, uint64_t count, bool is_rejected, const std::string& reason) {
    last_fate_.raise(now);
    is_over_.raise(1);
    (is_rejected ? rejected_ : unknown_).add(count);
    const std::lock_guard held(lock_);
    if (first_error_.empty()) first_error_ = reason;
}

nlohmann::json Account::result(int64_t spun) const {
    const auto end = has_rate_ ? std::max(last_fate_.load(), end_) : last_fate_.load();
    nlohmann::json result{
        {"sent", sent_.load()},
        {"acked", acked_.load()},
        {"not_sent", 0},
        {"unknown", unknown_.load()},
        {"rejected", rejected_.load()},
        {"start_ns", start_},
        {"elapsed_ns", end - start_},
        {"acked_in_halves", {first_half_.load(), second_half_.load()}},
        {"spun_ns", spun},
    };
    if (!first_error_.empty()) result["first_error"] = first_error_;
    if (acked_.load() > 0) result["latency"] = latency_.encoded();
    if (has_rate_) {
        result["uncorrected_latency"] = uncorrected_.encoded();
        result["schedule_slip"] = slip_.encoded();
        result["arrival_error"] = arrival_error_.encoded();
    }
    return result;
}
