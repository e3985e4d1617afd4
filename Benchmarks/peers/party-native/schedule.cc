#include "schedule.h"

Schedule::Schedule(const Job& job, int64_t length)
    : is_poisson_(job.is_poisson), gap_(1e9 / job.rate_per_s), length_(static_cast<double>(length)), random_(job.seed),
      pause_(1 / gap_) {}

std::optional<int64_t> Schedule::next() {
    at_ = is_poisson_ ? at_ + pause_(random_) : gap_ * static_cast<double>(number_++);
    if (at_ >= length_) return std::nullopt;
    return static_cast<int64_t>(at_);
}
