#include "phase.h"

#include <algorithm>
#include <random>

#include "clock.h"

Phase::Phase(
    const Job& job, const std::string& run, double seconds, const std::vector<std::string>& texts, bool at_defaults
)
    : job_(job), run_(run), length_(static_cast<int64_t>(seconds * 1e9)), texts_(texts), at_defaults_(at_defaults),
      callers_(job.in_flight) {}

nlohmann::json Phase::go(const std::vector<Stub>& stubs) {
    idle_.reserve(callers_.size());
    for (size_t index = 0; index < callers_.size(); index++) {
        callers_[index].stub = stubs[index % stubs.size()].get();
        idle_.push_back(&callers_[index]);
    }
    to_wall_ = wall_now() - monotonic_now();
    start_ = monotonic_now();
    middle_ = start_ + length_ / 2;
    end_ = start_ + length_;
    last_fate_ = start_;
    if (length_ > 0 && is_open()) {
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
    return result();
}

void Phase::send(Caller& caller, int64_t start, int64_t due) {
    if (at_defaults_) caller.request = logs::LogRequest();
    const auto number = next_.fetch_add(1);
    auto* entry = caller.request.mutable_logentry();
    entry->set_name("bench");
    entry->set_data(texts_[number % texts_.size()]);
    entry->set_run(run_);
    entry->set_seq(number);
    entry->set_sent_at(due + to_wall_);
    caller.due = due;
    caller.start = start;
    sent_++;
    caller.context.emplace();
    caller.stub->async()->WriteLog(&*caller.context, &caller.request, &caller.response, [this, &caller](grpc::Status status) {
        answer(caller, status);
    });
}

void Phase::answer(Caller& caller, const grpc::Status& status) {
    const auto now = monotonic_now();
    for (auto last = last_fate_.load(); now > last && !last_fate_.compare_exchange_weak(last, now);) {}
    if (status.ok()) {
        acked_++;
        latency_.record(now - caller.due);
        if (is_open()) uncorrected_.record(now - caller.start);
        if (now < middle_) {
            first_half_++;
        } else if (now < end_) {
            second_half_++;
        }
        if (!is_open() && now < end_ && !is_over_) return send(caller, now, now);
    } else {
        count_failure(status);
    }
    const std::lock_guard held(lock_);
    idle_.push_back(&caller);
    freed_.notify_one();
}

/// Counts an entry that was not acknowledged, and ends the phase.
void Phase::count_failure(const grpc::Status& status) {
    switch (status.error_code()) {
        case grpc::StatusCode::UNAVAILABLE:
        case grpc::StatusCode::DEADLINE_EXCEEDED:
        case grpc::StatusCode::CANCELLED:
        case grpc::StatusCode::UNKNOWN:
            unknown_++;
            break;
        default:
            rejected_++;
    }
    is_over_ = true;
    const std::lock_guard held(lock_);
    if (first_error_.empty()) first_error_ = status.error_message().empty() ? "a call failed" : status.error_message();
}

void Phase::schedule() {
    std::mt19937_64 random(job_.seed);
    const double gap = 1e9 / job_.rate_per_s;
    std::exponential_distribution<double> pause(1 / gap);
    double at = 0;
    for (uint64_t number = 0; !is_over_; number++) {
        at = job_.is_poisson ? at + pause(random) : gap * static_cast<double>(number);
        if (at >= static_cast<double>(length_)) return;
        const auto due = start_ + static_cast<int64_t>(at);
        const bool is_early = sleep(due);
        std::unique_lock held(lock_);
        const bool is_free = !idle_.empty();
        freed_.wait(held, [this] { return !idle_.empty(); });
        auto& caller = *idle_.back();
        idle_.pop_back();
        held.unlock();
        const auto now = monotonic_now();
        slip_.record(now - due);
        if (is_early && is_free) arrival_error_.record(now - due);
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

nlohmann::json Phase::result() const {
    const auto end = is_open() ? std::max(last_fate_.load(), end_) : last_fate_.load();
    nlohmann::json result{
        {"sent", sent_.load()},
        {"acked", acked_.load()},
        {"not_sent", 0},
        {"unknown", unknown_.load()},
        {"rejected", rejected_.load()},
        {"start_ns", start_},
        {"elapsed_ns", end - start_},
        {"acked_in_halves", {first_half_.load(), second_half_.load()}},
        {"spun_ns", spun_},
    };
    if (!first_error_.empty()) result["first_error"] = first_error_;
    if (acked_ > 0) result["latency"] = latency_.encoded();
    if (is_open()) {
        result["uncorrected_latency"] = uncorrected_.encoded();
        result["schedule_slip"] = slip_.encoded();
        result["arrival_error"] = arrival_error_.encoded();
    }
    return result;
}
