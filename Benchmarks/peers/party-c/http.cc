// The floor of `http`: HTTP/1.1 with one request at a time on each connection.
#include <charconv>
#include <string_view>

#include "clock.h"
#include "epoll_sender.h"
#include "json_entry.h"
#include "ledger_requests.h"
#include "transports.h"

namespace {

constexpr size_t head_room = 4096, longest_head = 64 << 10, longest_body = 34 << 20, most_connections = 16384;
constexpr std::string_view head_end = "\r\n\r\n";

/// A message of HTTP/1.1 whose head has come.
struct Message {
    std::string_view head;
    /// How long it is, with its body; npos where it does not say so in a way that is known here.
    size_t size;
};

/// The message that bytes begin with; nothing while its head is incomplete.
std::optional<Message> find_message(const Buffer& in) {
    const std::string_view bytes(reinterpret_cast<const char*>(in.data()), in.size());
    const auto end = bytes.find(head_end);
    if (end == std::string_view::npos) return std::nullopt;
    const auto head = bytes.substr(0, end + 2);
    const auto length = body_length(head);
    return Message{head, length > longest_body ? std::string_view::npos : end + head_end.size() + length};
}

class ServedHTTP final : public ServedConnection {
public:
    ServedHTTP(int epoll, int socket, Ledger& ledger) : ServedConnection(epoll, socket, head_room), ledger_(ledger) {}

private:
    bool serve() override {
        while (peer.in.size() > 0) {
            const auto message = find_message(peer.in);
            if (!message && peer.in.size() > longest_head) return false;
            if (message && message->size == std::string_view::npos) return false;
            if (!message || peer.in.size() < message->size) break;
            answer_request(*message);
            peer.in.drop(message->size);
        }
        return peer.flush();
    }

    void answer_request(const Message& message) {
        static constexpr std::string_view log = "POST /log HTTP/1.1\r\n";
        static constexpr std::string_view logged =
            "HTTP/1.1 202 Accepted\r\ndate: Mon, 23 Nov 2026 08:49:37 GMT\r\ncontent-type: application/json\r\n"
            "content-length: 34\r\n\r\n{\"error\":false,\"message\":\"logged\"}";
        const std::string_view whole(message.head.data(), message.size);
        const auto body = whole.substr(message.head.size() + 2);
        static Buffer unescaped(read_ahead);
        Entry entry;
        if (message.head.starts_with(log) && read_entry(body, unescaped, entry)) {
            ledger_.record(wall_now(), entry.name, entry.data, entry.run, entry.seq, entry.sent_at);
            peer.out.append(logged.data(), logged.size());
            return;
        }
        const auto method = message.head.substr(0, message.head.find(' '));
        auto target = message.head.substr(std::min(method.size() + 1, message.head.size()));
        target = target.substr(0, target.find(' '));
        const auto text = answer({method, target, body}, ledger_).text();
        peer.out.append(text.data(), text.size());
    }

    Ledger& ledger_;
};

class HTTPLine {
public:
    HTTPLine(int epoll, const Job& job, size_t)
        : peer_(epoll, connect_to(job.target), head_room, this),
          head_("POST /log HTTP/1.1\r\nhost: " + job.target +
                "\r\nuser-agent: party-c\r\ncontent-type: application/json\r\ncontent-length: ") {}

    size_t unanswered() const { return is_waiting_ ? 1 : 0; }
    bool has_room() const { return !is_waiting_; }

    void write(const Form& form, uint64_t number, int64_t at, Times times) {
        char end[64];
        auto* place = std::to_chars(append_to(end, ",\"seq\":"), end + sizeof end, number).ptr;
        place = std::to_chars(append_to(place, ",\"sent_at\":"), end + sizeof end, at).ptr;
        *place++ = '}';
        const std::string_view tail(end, static_cast<size_t>(place - end));
        static constexpr std::string_view open = "{\"name\":\"bench\",\"data\":\"", run = "\",\"run\":\"", close = "\"";
        const auto& text = form.text(number);
        const auto length = open.size() + text.size() + run.size() + form.run.size() + close.size() + tail.size();
        char digits[20];
        const auto* digits_end = std::to_chars(digits, digits + sizeof digits, length).ptr;
        const std::string_view length_text(digits, static_cast<size_t>(digits_end - digits));
        auto* to = peer_.out.reserve(head_.size() + length_text.size() + head_end.size() + length);
        const auto* begin = to;
        for (const std::string_view part :
             {std::string_view(head_), length_text, head_end, open, std::string_view(text), run, std::string_view(form.run), close,
              tail}) {
            std::memcpy(to, part.data(), part.size());
            to += part.size();
        }
        peer_.out.add(static_cast<size_t>(to - begin));
        times_ = times;
        is_waiting_ = true;
    }

    bool push() { return peer_.flush(); }

    bool take(Account& account, int64_t now) {
        const bool is_open = peer_.fill();
        const auto message = find_message(peer_.in);
        if (!message || (message->size != std::string_view::npos && peer_.in.size() < message->size)) return is_open;
        if (message->size == std::string_view::npos || peer_.in.size() > message->size || !is_waiting_) {
            trouble = "what came is not the answer to a request";
            return false;
        }
        if (message->head.starts_with("HTTP/1.1 2")) {
            account.acknowledge(now, times_.due, times_.sent);
        } else {
            account.fail(now, 1, true, std::string(message->head.substr(0, message->head.find('\r'))));
        }
        peer_.in.drop(message->size);
        is_waiting_ = false;
        return is_open;
    }

    void abandon() { is_waiting_ = false; }

    std::string trouble;

private:
    static char* append_to(char* at, std::string_view text) {
        std::memcpy(at, text.data(), text.size());
        return at + text.size();
    }

    Connection peer_;
    const std::string head_;
    Times times_{};
    bool is_waiting_ = false;
};

}  // namespace

std::unique_ptr<Source> serve_http(int epoll, int socket, Ledger& ledger) {
    return std::make_unique<ServedHTTP>(epoll, socket, ledger);
}

std::unique_ptr<Sender> send_http(const Job& job) {
    if (job.in_flight > most_connections) throw std::runtime_error("there are at most 16384 connections of HTTP here");
    auto texts = job.texts();
    for (auto& text : texts) text = escaped(text);
    // As many as entries in flight: with HTTP/1.1 a connection carries one at a time.
    return std::make_unique<EpollSender<HTTPLine>>(job, job.in_flight, 1, std::move(texts));
}
