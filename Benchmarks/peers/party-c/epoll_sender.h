// The loop of the load generator.
#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "account.h"
#include "clock.h"
#include "jobs.h"
#include "schedule.h"

/// When an entry was due, and when it was sent, on the monotonic clock.
struct Times {
    int64_t due, sent;
};

/// What the entries of a stretch of load have in common.
struct Form {
    /// The texts that are sent over and over, as the transport has them on the wire.
    std::vector<std::string> texts;
    std::string run;

    const std::string& text(uint64_t number) const { return texts[number % texts.size()]; }
};

/// Sends a job's entries over lines: one thread, one epoll, at most one read and one write a wake-up.
///
/// A line is a connection of a transport, made of an epoll, a job and how many entries may be unanswered on it. It can
/// - `has_room`: take one more entry, and says how many are `unanswered`;
/// - `write` an entry of a form, by its number, its time of day and its times, which `push` hands to the kernel;
/// - `take` what the kernel has: the entries that are answered by it go to an account. False where nothing more can come.
template <typename Line>
class EpollSender final : public Sender {
public:
    EpollSender(const Job& job, size_t count, size_t depth, std::vector<std::string> texts)
        : job_(job), form_{std::move(texts), {}}, epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        for (size_t index = 0; index < count; index++) lines_.push_back(std::make_unique<Line>(epoll_, job, depth));
    }

    ~EpollSender() override { close(epoll_); }

    nlohmann::json send(const std::string& run, double seconds, const Mark& mark) override {
        if (is_broken_) throw std::runtime_error("a connection was lost before");
        form_.run = run;
        mark("begin");
        const auto length = static_cast<int64_t>(seconds * 1e9);
        Account account(length, job_.rate_per_s > 0);
        spun_ = 0;
        now_ = last_change_ = account.start();
        if (length > 0 && job_.rate_per_s > 0) {
            send_at_times(account, length);
        } else if (length > 0) {
            send_at_once(account);
        }
        mark("end");
        return account.result(spun_);
    }

private:
    /// An answer that does not come for so long, in nanoseconds, does not come.
    static constexpr int64_t patience = 5'000'000'000;

    void send_at_once(Account& account) {
        for (const auto& line : lines_) {
            now_ = monotonic_now();
            refill(*line, account);
        }
        while (unanswered_ > 0) {
            wait(patience, account, [&](Line& line) { refill(line, account); });
        }
    }

    /// Sends as much as a line takes; pushes what it has to say in any case.
    void refill(Line& line, Account& account) {
        while (now_ < account.end() && line.has_room() && !account.is_over()) write(line, now_, account);
        push(line, account);
    }

    void send_at_times(Account& account, int64_t length) {
        Schedule times(job_, length);
        const auto spin = static_cast<int64_t>(job_.spin_us * 1000);
        auto next = times.next();
        // Whether the entry that is next was still to come when a line was free for it.
        bool is_awaited = false;
        while (true) {
            now_ = monotonic_now();
            while (next && !account.is_over() && account.start() + *next <= now_ && unanswered_ < job_.in_flight) {
                const auto due = account.start() + *next;
                account.count_slip(now_ - due, is_awaited);
                auto& line = free_line();
                write(line, due, account);
                push(line, account);
                next = times.next();
                is_awaited = false;
                now_ = monotonic_now();
            }
            const bool is_done = !next || account.is_over();
            if (is_done && unanswered_ == 0) return;
            auto limit = patience;
            if (!is_done && unanswered_ < job_.in_flight) {
                is_awaited = true;
                const auto left = account.start() + *next - now_;
                if (left <= spin) spin_from_ = now_;
                limit = std::clamp<int64_t>(left - spin, 0, patience);
            }
            wait(limit, account, [&](Line& line) { push(line, account); });
            if (spin_from_ > 0) spun_ += monotonic_now() - std::exchange(spin_from_, 0);
        }
    }

    /// A line that takes one more entry, in turn.
    Line& free_line() {
        do {
            turn_ = turn_ + 1 == lines_.size() ? 0 : turn_ + 1;
        } while (!lines_[turn_]->has_room());
        return *lines_[turn_];
    }

    void write(Line& line, int64_t due, Account& account) {
        line.write(form_, account.count_sent(), due + account.to_wall(), {due, now_});
        unanswered_++;
        last_change_ = now_;
    }

    /// Waits until something comes, for so long at most, and takes it; `then` says what each line does next.
    template <typename Then>
    void wait(int64_t limit, Account& account, Then then) {
        const timespec time{limit / 1'000'000'000, limit % 1'000'000'000};
        const int count = epoll_pwait2(epoll_, events_, most_events, &time, nullptr);
        now_ = monotonic_now();
        if (count <= 0 && unanswered_ > 0 && now_ - last_change_ >= patience) {
            for (const auto& line : lines_) give_up(*line, "no answer came within 5 s", account);
        }
        for (int index = 0; index < count; index++) {
            auto& line = *static_cast<Line*>(events_[index].data.ptr);
            if (index > 0) now_ = monotonic_now();
            if ((events_[index].events & ~uint32_t{EPOLLOUT}) != 0) {
                const auto before = line.unanswered();
                const bool goes_on = line.take(account, now_);
                unanswered_ -= before - line.unanswered();
                if (before != line.unanswered()) last_change_ = now_;
                if (!goes_on) {
                    give_up(line, line.trouble.empty() ? "the logger closed a connection" : line.trouble, account);
                    continue;
                }
            }
            then(line);
        }
    }

    void push(Line& line, Account& account) {
        if (!line.push()) give_up(line, "the logger closed a connection", account);
    }

    /// Nobody knows what becomes of the entries of a line.
    void give_up(Line& line, const std::string& why, Account& account) {
        const auto lost = line.unanswered();
        if (!is_broken_ || lost > 0) account.fail(now_, lost, false, why);
        unanswered_ -= lost;
        line.abandon();
        is_broken_ = true;
    }

    static constexpr int most_events = 64;

    const Job job_;
    Form form_;
    const int epoll_;
    std::vector<std::unique_ptr<Line>> lines_;
    epoll_event events_[most_events];
    size_t turn_ = 0, unanswered_ = 0;
    int64_t now_ = 0, last_change_ = 0, spin_from_ = 0, spun_ = 0;
    bool is_broken_ = false;
};
