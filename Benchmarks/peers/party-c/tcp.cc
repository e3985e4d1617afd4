// The floor of `tcp` (Sources/TCPTransport/Wire/EntryFrame.swift and AnswerFrame.swift).
#include <endian.h>

#include <string_view>

#include "clock.h"
#include "epoll_sender.h"
#include "transports.h"

namespace {

constexpr size_t header_bytes = 28, answer_bytes = 8, longest_run = 128, longest_entry = 16 << 20;
constexpr uint32_t recorded = 0x52454344, too_large = 0x4c4f4e47, malformed = 0x57484154;
constexpr std::string_view name = "bench";

void put32(uint8_t* at, uint32_t value) {
    value = htobe32(value);
    std::memcpy(at, &value, sizeof value);
}

void put64(uint8_t* at, uint64_t value) {
    value = htobe64(value);
    std::memcpy(at, &value, sizeof value);
}

uint32_t get32(const uint8_t* at) {
    uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return be32toh(value);
}

uint64_t get64(const uint8_t* at) {
    uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return be64toh(value);
}

class ServedTCP final : public ServedConnection {
public:
    ServedTCP(int epoll, int socket, Ledger& ledger) : ServedConnection(epoll, socket, 2 * read_ahead), ledger_(ledger) {}

private:
    bool serve() override {
        const bool goes_on = take_frames();
        return peer.flush() && goes_on;
    }

    /// Takes every whole frame that is there, and answers each. False after a frame that ends the connection.
    bool take_frames() {
        const auto at = wall_now();
        while (peer.in.size() >= header_bytes) {
            const auto* frame = peer.in.data();
            const size_t length = get32(frame), run_size = frame[5], name_size = get32(frame + 8);
            if (length > header_bytes - 4 + longest_entry + longest_run) return answer(too_large);
            if (length < header_bytes - 4 || frame[4] > 2 || frame[6] != 0 || frame[7] != 0 || run_size > longest_run ||
                run_size + name_size > length - (header_bytes - 4)) {
                return answer(malformed);
            }
            // What is missing of a frame grows the buffer by what has come, not by what the length claims.
            if (peer.in.size() < 4 + length) break;
            const auto* text = reinterpret_cast<const char*>(frame) + header_bytes;
            const size_t data_size = 4 + length - header_bytes - run_size - name_size;
            ledger_.record(
                at, {text + run_size, name_size}, {text + run_size + name_size, data_size}, {text, run_size},
                get64(frame + 12), static_cast<int64_t>(get64(frame + 20))
            );
            answer(recorded);
            peer.in.drop(4 + length);
        }
        return true;
    }

    bool answer(uint32_t status) {
        auto* bytes = peer.out.reserve(answer_bytes);
        put32(bytes, status);
        put32(bytes + 4, count_++);
        peer.out.add(answer_bytes);
        return status == recorded;
    }

    Ledger& ledger_;
    uint32_t count_ = 0;
};

class TCPLine {
public:
    TCPLine(int epoll, const Job& job, size_t depth) : peer_(epoll, connect_to(job.target), read_ahead, this), times_(depth) {}

    size_t unanswered() const { return sent_ - answered_; }
    bool has_room() const { return unanswered() < times_.size(); }

    void write(const Form& form, uint64_t number, int64_t at, Times times) {
        const auto& text = form.text(number);
        const auto size = header_bytes + form.run.size() + name.size() + text.size();
        auto* frame = peer_.out.reserve(size);
        put32(frame, static_cast<uint32_t>(size - 4));
        put32(frame + 4, static_cast<uint32_t>(form.run.size() << 16));
        put32(frame + 8, name.size());
        put64(frame + 12, number);
        put64(frame + 20, static_cast<uint64_t>(at));
        frame += header_bytes;
        for (const std::string_view part : {std::string_view(form.run), name, std::string_view(text)}) {
            std::memcpy(frame, part.data(), part.size());
            frame += part.size();
        }
        peer_.out.add(size);
        times_[last_] = times;
        last_ = last_ + 1 == times_.size() ? 0 : last_ + 1;
        sent_++;
    }

    bool push() { return peer_.flush(); }

    bool take(Account& account, int64_t now) {
        const bool is_open = peer_.fill();
        for (; peer_.in.size() >= answer_bytes; peer_.in.drop(answer_bytes)) {
            const auto* bytes = peer_.in.data();
            if (unanswered() == 0 || get32(bytes + 4) != static_cast<uint32_t>(answered_)) {
                trouble = "an answer is not the next one";
                return false;
            }
            const auto& times = times_[first_];
            if (get32(bytes) == recorded) {
                account.acknowledge(now, times.due, times.sent);
            } else {
                account.fail(now, 1, true, "the logger did not take an entry");
            }
            first_ = first_ + 1 == times_.size() ? 0 : first_ + 1;
            answered_++;
        }
        return is_open;
    }

    void abandon() { answered_ = sent_; }

    std::string trouble;

private:
    Connection peer_;
    /// Of the entries that are unanswered, which are answered in their order.
    std::vector<Times> times_;
    size_t first_ = 0, last_ = 0;
    uint64_t sent_ = 0, answered_ = 0;
};

}  // namespace

std::unique_ptr<Source> serve_tcp(int epoll, int socket, Ledger& ledger) {
    return std::make_unique<ServedTCP>(epoll, socket, ledger);
}

std::unique_ptr<Sender> send_tcp(const Job& job) {
    return std::make_unique<EpollSender<TCPLine>>(job, job.connections, job.in_flight / job.connections, job.texts());
}
