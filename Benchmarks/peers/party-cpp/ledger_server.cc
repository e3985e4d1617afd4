#include "ledger_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <thread>

#include "say.h"

namespace {

constexpr size_t longest_head = 64 << 10;
constexpr size_t longest_body = 32 << 20;
/// Enough for who asks a ledger.
constexpr int most_connections = 256;

struct Request {
    std::string method, path, query, body;
};

struct Answer {
    int status;
    nlohmann::json body;
};

Answer refused(int status, const char* message) { return {status, {{"error", true}, {"message", message}}}; }

Answer log(const std::string& body, Ledger& ledger) {
    try {
        const auto entry = nlohmann::json::parse(body);
        ledger.record(
            entry.at("name").get_ref<const std::string&>(), entry.at("data").get_ref<const std::string&>(),
            entry.value("run", ""), entry.value("seq", uint64_t{0}), entry.value("sent_at", int64_t{0})
        );
    } catch (const nlohmann::json::exception&) {
        return refused(400, "no entry");
    }
    return {202, {{"error", false}, {"message", "logged"}}};
}

Answer answer(const Request& request, Ledger& ledger) {
    if (request.method == "POST" && request.path == "/log") return log(request.body, ledger);
    const std::string folder = "/runs/";
    if (!request.path.starts_with(folder) || request.path == folder) return refused(404, "there is no such place");
    const auto id = request.path.substr(folder.size());
    if (request.method == "PUT") {
        const auto [run, is_new] = ledger.announce(id, request.query == "sealed=true");
        return is_new ? Answer{201, run->report()} : refused(409, "the run is known");
    }
    if (request.method != "GET") return refused(405, "PUT and GET alone");
    const auto run = ledger.find(id);
    return run ? Answer{200, run->report()} : refused(404, "there is no such run");
}

/// A connection of HTTP/1.1, as far as its peers need it: one request after the other, with a length or without a body.
class Conversation {
public:
    explicit Conversation(int socket) : socket_(socket) {}
    Conversation(const Conversation&) = delete;
    ~Conversation() { close(socket_); }

    void go_on(Ledger& ledger) {
        while (const auto request = next()) {
            const auto [status, body] = answer(*request, ledger);
            const auto text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            const auto whole = "HTTP/1.1 " + std::to_string(status) + " .\r\nContent-Type: application/json\r\n" +
                "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
            if (!send_all(whole)) return;
        }
    }

private:
    /// The next request; nothing where the connection has ended, or where what came is none.
    std::optional<Request> next() {
        size_t end = 0;
        while ((end = came_.find("\r\n\r\n")) == std::string::npos) {
            if (came_.size() > longest_head || !receive()) return std::nullopt;
        }
        auto head = came_.substr(0, end + 2);
        came_.erase(0, end + 4);
        Request request;
        const auto first = head.find(' '), second = head.find(' ', first + 1);
        if (second > head.find("\r\n")) return std::nullopt;
        request.method = head.substr(0, first);
        request.path = head.substr(first + 1, second - first - 1);
        if (const auto mark = request.path.find('?'); mark != std::string::npos) {
            request.query = request.path.substr(mark + 1);
            request.path.resize(mark);
        }
        std::transform(head.begin(), head.end(), head.begin(), [](unsigned char each) { return std::tolower(each); });
        const auto length = length_in(head);
        if (!length || *length > longest_body) return std::nullopt;
        while (came_.size() < *length) {
            if (!receive()) return std::nullopt;
        }
        request.body = came_.substr(0, *length);
        came_.erase(0, *length);
        return request;
    }

    /// What the head of a request says of its body's length; nothing where that is no number.
    static std::optional<size_t> length_in(const std::string& head) {
        const std::string field = "\r\ncontent-length:";
        auto at = head.find(field);
        if (at == std::string::npos) return 0;
        at = head.find_first_not_of(' ', at + field.size());
        size_t length = 0;
        const auto parsed = std::from_chars(head.data() + at, head.data() + head.size(), length);
        return parsed.ec == std::errc() ? std::optional(length) : std::nullopt;
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
};

}  // namespace

std::string serve_ledger(const std::string& address, Ledger& ledger) {
    const auto colon = address.rfind(':');
    const auto host = address.substr(0, colon);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    uint16_t port = 0;
    const auto* end = address.data() + address.size();
    if (colon == std::string::npos || std::from_chars(address.data() + colon + 1, end, port).ptr != end ||
        inet_pton(AF_INET, host.c_str(), &place.sin_addr) != 1) {
        fail("no address of IPv4 with a port: " + address);
    }
    place.sin_port = htons(port);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    socklen_t length = sizeof place;
    auto* name = reinterpret_cast<sockaddr*>(&place);
    if (bind(listener, name, length) != 0 || listen(listener, SOMAXCONN) != 0 || getsockname(listener, name, &length) != 0) {
        fail("cannot listen on " + address);
    }
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
    return host + ":" + std::to_string(ntohs(place.sin_port));
}
