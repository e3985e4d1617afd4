#include "ledger_server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "ledger_requests.h"
#include "listen.h"

namespace {

constexpr size_t longest_head = 64 << 10;
constexpr size_t longest_body = 32 << 20;
/// Enough for who asks a ledger.
constexpr int most_connections = 256;

/// A connection of HTTP/1.1, as far as its peers need it: one request after the other, with a length or without a body.
class Conversation {
public:
    explicit Conversation(int socket) : socket_(socket) {}
    Conversation(const Conversation&) = delete;
    ~Conversation() { close(socket_); }

    void go_on(Ledger& ledger) {
        while (const auto request = next()) {
            if (!send_all(answer(*request, ledger).text())) return;
            came_.erase(0, size_);
        }
    }

private:
    /// The next request, which is there until it is answered; nothing where the connection has ended, or where what came is none.
    std::optional<Request> next() {
        size_t end = 0;
        while ((end = came_.find("\r\n\r\n")) == std::string::npos) {
            if (came_.size() > longest_head || !receive()) return std::nullopt;
        }
        const auto length = body_length(std::string_view(came_).substr(0, end + 2));
        if (length > longest_body) return std::nullopt;
        size_ = end + 4 + length;
        while (came_.size() < size_) {
            if (!receive()) return std::nullopt;
        }
        const auto whole = std::string_view(came_).substr(0, size_);
        const auto first = whole.find(' '), second = whole.find(' ', first + 1);
        if (second > end) return std::nullopt;
        return Request{whole.substr(0, first), whole.substr(first + 1, second - first - 1), whole.substr(end + 4)};
    }

    bool receive() {
        char part[16384];
        const auto count = recv(socket_, part, sizeof part, 0);
        if (count > 0) came_.append(part, static_cast<size_t>(count));
        return count > 0;
    }

    bool send_all(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            bytes.remove_prefix(static_cast<size_t>(count));
        }
        return true;
    }

    const int socket_;
    std::string came_;
    /// How much of that is the request that is answered.
    size_t size_ = 0;
};

}  // namespace

std::string serve_ledger(std::string address, Ledger& ledger) {
    const int listener = listen_at(address);
    std::thread([listener, &ledger] {
        static std::atomic<int> connections = 0;
        while (true) {
            const int peer = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (peer < 0) {
                // Without a descriptor left it is tried again, and not at once.
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
                continue;
            }
            if (connections.fetch_add(1) >= most_connections) {
                connections--;
                close(peer);
                continue;
            }
            std::thread([peer, &ledger] {
                Conversation(peer).go_on(ledger);
                connections--;
            }).detach();
        }
    }).detach();
    return address;
}
