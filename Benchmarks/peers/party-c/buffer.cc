#include "buffer.h"

#include <algorithm>
#include <cstdlib>

#include "say.h"

Buffer::Buffer(size_t capacity) : bytes_(static_cast<uint8_t*>(std::malloc(capacity))), capacity_(capacity) {
    if (bytes_ == nullptr) fail("no memory is left");
}

Buffer::~Buffer() { std::free(bytes_); }

void Buffer::grow(size_t count) {
    std::memmove(bytes_, data(), size());
    end_ -= start_;
    start_ = 0;
    if (room() >= count) return;
    capacity_ = std::max(end_ + count, 2 * capacity_);
    bytes_ = static_cast<uint8_t*>(std::realloc(bytes_, capacity_));
    if (bytes_ == nullptr) fail("no memory is left");
}
