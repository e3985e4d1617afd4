#include "server.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace {

/// Takes connections.
class Listener final : public Source {
public:
    Listener(int epoll, int socket, Serve serve) : epoll_(epoll), socket_(socket), serve_(std::move(serve)) {}

    bool is_ready(uint32_t) override {
        const int peer = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        if (peer >= 0) {
            // It lives until it says that it has come to its end.
            serve_(epoll_, peer).release();
        } else if (errno == EMFILE || errno == ENFILE) {
            // One who comes when no descriptor is left is turned away, so that he does not come again and again.
            close(spare_);
            close(accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
            spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
        }
        return true;
    }

private:
    const int epoll_, socket_;
    const Serve serve_;
    int spare_ = open("/dev/null", O_RDONLY | O_CLOEXEC);
};

}  // namespace

bool ServedConnection::is_ready(uint32_t events) {
    if ((events & ~uint32_t{EPOLLOUT}) != 0 && !peer.fill()) return false;
    return serve();
}

void accept_from(int epoll, int listener, Serve serve) {
    // Who knocks may be gone before he is let in.
    fcntl(listener, F_SETFL, O_NONBLOCK);
    // It never comes to its end.
    Source* const source = new Listener(epoll, listener, std::move(serve));
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, source);
}

void run_loop(int epoll) {
    epoll_event events[64];
    while (true) {
        const int count = epoll_wait(epoll, events, 64, -1);
        for (int index = 0; index < count; index++) {
            auto* source = static_cast<Source*>(events[index].data.ptr);
            if (!source->is_ready(events[index].events)) delete source;
        }
    }
}
