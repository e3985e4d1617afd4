// When the entries of a rate are due.
#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "job.h"

/// The times of a job's entries, in nanoseconds since it began to send.
class Schedule {
public:
    /// Of a job that sends for so long.
    Schedule(const Job& job, int64_t length);

    /// When the next entry is due; nothing behind the last one.
    std::optional<int64_t> next();

private:
    const bool is_poisson_;
    const double gap_, length_;
    std::mt19937_64 random_;
    std::exponential_distribution<double> pause_;
    double at_ = 0;
    uint64_t number_ = 0;
};
