#include "phase.h"

#include "clock.h"
#include "schedule.h"

Phase::Phase(
    const Job& job, const std::string& run, double seconds, const std::vector<std::string>& texts, bool at_defaults
)
    : job_(job), run_(run), length_(static_cast<int64_t>(seconds * 1e9)), texts_(texts), at_defaults_(at_defaults),
      account_(length_, has_rate()), callers_(job.in_flight) {}

void Phase::go(const std::vector<Stub>& stubs) {
    idle_.reserve(callers_.size());
    for (size_t index = 0; index < callers_.size(); index++) {
        callers_[index].stub = stubs[index % stubs.size()].get();
        idle_.push_back(&callers_[index]);
    }
    if (length_ > 0 && has_rate()) {
        schedule();
    } else if (length_ > 0) {
        {
            const std::lock_guard held(lock_);
            idle_.clear();
        }
        for (auto& caller : callers_) {
            const auto now = monotonic_now();
            send(caller, now, now);
        }
    }
    std::unique_lock held(lock_);
    freed_.wait(held, [this] { return idle_.size() == callers_.size(); });
}

void Phase::send(Caller& caller, int64_t start, int64_t due) {
    if (at_defaults_) caller.request = logs::LogRequest();
    const auto number = account_.count_sent();
    auto* entry = caller.request.mutable_logentry();
    entry->set_name("bench");
    entry->set_data(texts_[number % texts_.size()]);
    entry->set_run(run_);
    entry->set_seq(number);
    entry->set_sent_at(due + account_.to_wall());
    caller.due = due;
    caller.start = start;
    caller.context.emplace();
    caller.stub->async()->WriteLog(&*caller.context, &caller.request, &caller.response, [this, &caller](grpc::Status status) {
        answer(caller, status);
    });
}

void Phase::answer(Caller& caller, const grpc::Status& status) {
    const auto now = monotonic_now();
    if (status.ok()) {
        account_.acknowledge(now, caller.due, caller.start);
        if (!has_rate() && now < account_.end() && !account_.is_over()) return send(caller, now, now);
    } else {
        const auto code = status.error_code();
        const bool is_unknown = code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED ||
            code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::UNKNOWN;
        account_.fail(now, 1, !is_unknown, status.error_message().empty() ? "a call failed" : status.error_message());
    }
    const std::lock_guard held(lock_);
    idle_.push_back(&caller);
    freed_.notify_one();
}

void Phase::schedule() {
    Schedule times(job_, length_);
    while (!account_.is_over()) {
        const auto at = times.next();
        if (!at) return;
        const auto due = account_.start() + *at;
        const bool is_early = sleep(due);
        std::unique_lock held(lock_);
        const bool is_free = !idle_.empty();
        freed_.wait(held, [this] { return !idle_.empty(); });
        auto& caller = *idle_.back();
        idle_.pop_back();
        held.unlock();
        const auto now = monotonic_now();
        account_.count_slip(now - due, is_early && is_free);
        send(caller, now, due);
    }
}

bool Phase::sleep(int64_t until) {
    const auto left = until - monotonic_now();
    if (left <= 0) return false;
    const auto spin = static_cast<int64_t>(job_.spin_us * 1000);
    if (left > spin) {
        const auto target = until - spin;
        const timespec time{target / 1'000'000'000, target % 1'000'000'000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
    }
    if (spin > 0) {
        const auto begin = monotonic_now();
        while (monotonic_now() < until) {}
        spun_ += monotonic_now() - begin;
    }
    return true;
}
