// The kernel's clocks, in nanoseconds.
#pragma once

#include <cstdint>
#include <ctime>

inline int64_t nanoseconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

inline int64_t monotonic_now() { return nanoseconds(CLOCK_MONOTONIC); }

inline int64_t wall_now() { return nanoseconds(CLOCK_REALTIME); }
