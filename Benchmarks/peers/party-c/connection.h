// A socket of an epoll.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "buffer.h"

/// Has an epoll say of a descriptor what happens there.
void watch(int epoll, int operation, int descriptor, uint32_t events, void* data);

/// A connection, with what has come on it and is not used yet, and what could not be written at once. The epoll knows it as `owner`.
/// Nothing is read from a peer that leaves more unread than `most_unsent`.
class Connection {
public:
    Connection(int epoll, int socket, size_t capacity, void* owner, size_t most_unsent = SIZE_MAX);
    Connection(const Connection&) = delete;
    ~Connection();

    /// Reads once. False when the peer has gone.
    bool fill();
    /// Writes once what is left to write; the epoll tells when the rest can follow. False when the peer has gone.
    bool flush();

    Buffer in, out;

private:
    const int epoll_, socket_;
    void* const owner_;
    const size_t most_unsent_;
    uint32_t interest_;
};

/// Connects, within 5 seconds; throws a sentence where that fails. The socket.
int connect_to(const std::string& target);
