// Bytes on their way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

/// How many bytes are read at once, where there are so many.
constexpr size_t read_ahead = 256 << 10;

/// Bytes that have come and are still to be used, or that are still to be sent. It is made once, and grows where it has to.
class Buffer {
public:
    explicit Buffer(size_t capacity);
    Buffer(const Buffer&) = delete;
    ~Buffer();

    uint8_t* data() { return bytes_ + start_; }
    const uint8_t* data() const { return bytes_ + start_; }
    size_t size() const { return end_ - start_; }
    /// How many bytes fit behind those that are there.
    size_t room() const { return capacity_ - end_; }

    /// Makes room for so many bytes behind those that are there; where they go to.
    uint8_t* reserve(size_t count) {
        if (room() < count) grow(count);
        return bytes_ + end_;
    }

    /// Counts bytes that were written to the room.
    void add(size_t count) { end_ += count; }

    void append(const void* bytes, size_t count) {
        std::memcpy(reserve(count), bytes, count);
        end_ += count;
    }

    /// Forgets the first bytes.
    void drop(size_t count) {
        start_ += count;
        if (start_ == end_) start_ = end_ = 0;
    }

private:
    void grow(size_t count);

    uint8_t* bytes_;
    size_t start_ = 0, end_ = 0, capacity_;
};
