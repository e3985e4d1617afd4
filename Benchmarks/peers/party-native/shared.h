// What the threads of a party share. In a party with one thread at work, which is built with ONE_THREAD, it costs nothing.
#pragma once

#ifdef ONE_THREAD

/// A number that one thread uses, as an atomic one is used.
template <typename Number>
class Shared {
public:
    Shared(Number value = 0) : value_(value) {}

    operator Number() const { return value_; }
    Number load() const { return value_; }
    Number operator++(int) { return value_++; }
    void add(Number more) { value_ += more; }
    void raise(Number other) { value_ = value_ < other ? other : value_; }

private:
    Number value_;
};

/// A lock of one thread.
struct Lock {
    void lock() {}
    void unlock() {}
};

#else

#include <atomic>
#include <mutex>

/// A number that threads use.
template <typename Number>
class Shared {
public:
    Shared(Number value = 0) : value_(value) {}

    operator Number() const { return value_; }
    Number load() const { return value_; }
    Number operator++(int) { return value_.fetch_add(1, std::memory_order_relaxed); }
    void add(Number more) { value_.fetch_add(more, std::memory_order_relaxed); }
    /// Makes it another one, if that is greater.
    void raise(Number other) {
        for (auto own = load(); other > own && !value_.compare_exchange_weak(own, other);) {}
    }

private:
    std::atomic<Number> value_;
};

using Lock = std::mutex;

#endif
