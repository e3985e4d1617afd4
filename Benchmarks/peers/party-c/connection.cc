#include "connection.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "listen.h"
#include "say.h"

void watch(int epoll, int operation, int descriptor, uint32_t events, void* data) {
    epoll_event event{.events = events, .data = {.ptr = data}};
    if (epoll_ctl(epoll, operation, descriptor, &event) != 0) fail("epoll_ctl: " + std::string(std::strerror(errno)));
}

Connection::Connection(int epoll, int socket, size_t capacity, void* owner, size_t most_unsent)
    : in(capacity), out(capacity), epoll_(epoll), socket_(socket), owner_(owner), most_unsent_(most_unsent), interest_(EPOLLIN) {
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(epoll_, EPOLL_CTL_ADD, socket_, interest_, owner_);
}

Connection::~Connection() { close(socket_); }

bool Connection::fill() {
    if (in.room() == 0) in.reserve(read_ahead);
    const auto count = recv(socket_, in.data() + in.size(), in.room(), MSG_DONTWAIT);
    if (count > 0) in.add(static_cast<size_t>(count));
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

bool Connection::flush() {
    if (out.size() > 0) {
        const auto count = send(socket_, out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (count > 0) out.drop(static_cast<size_t>(count));
    }
    uint32_t interest = out.size() > most_unsent_ ? 0 : uint32_t{EPOLLIN};
    if (out.size() > 0) interest |= EPOLLOUT;
    if (interest != interest_) watch(epoll_, EPOLL_CTL_MOD, socket_, interest_ = interest, owner_);
    return true;
}

int connect_to(const std::string& target) {
    const auto address = address_of(target);
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) throw std::runtime_error("no socket: " + std::string(std::strerror(errno)));
    // What is sent later does not wait.
    const timeval limit{.tv_sec = 5, .tv_usec = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const std::string why = std::strerror(errno);
        close(descriptor);
        throw std::runtime_error("cannot reach " + target + ": " + why);
    }
    return descriptor;
}
