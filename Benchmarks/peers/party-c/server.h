// What an epoll loop of the logger deals with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "connection.h"

/// A socket of the logger.
class Source {
public:
    virtual ~Source() = default;

    /// Deals with what the epoll says of it. False when it has come to its end.
    virtual bool is_ready(uint32_t events) = 0;
};

/// A connection to the logger.
class ServedConnection : public Source {
public:
    ServedConnection(int epoll, int socket, size_t capacity)
        : peer(epoll, socket, capacity, static_cast<Source*>(this), most_unsent) {}

    bool is_ready(uint32_t events) final;

protected:
    /// Takes what has come, and answers. False when the connection has come to its end.
    virtual bool serve() = 0;

    Connection peer;

private:
    static constexpr size_t most_unsent = 4 << 20;
};

/// Makes what serves a connection, of an epoll and a socket.
using Serve = std::function<std::unique_ptr<Source>(int epoll, int socket)>;

/// Has connections of a listening socket served as long as the program runs.
void accept_from(int epoll, int listener, Serve serve);

/// Deals with what the epoll says, for as long as the program runs.
[[noreturn]] void run_loop(int epoll);
