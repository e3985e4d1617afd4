#include "ledger.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "seal.h"

namespace {

/// How many entries of a run are told apart: their numbers take a bit each.
constexpr uint64_t most_entries = 1 << 30;
/// How many runs are kept: a benchmark asks for the latest ones.
constexpr size_t most_runs = 64;
/// How much of the latest entries is kept, as the logger of broker-lab keeps it.
constexpr size_t ring_bytes = 64 << 20;

}  // namespace

void Run::count(int64_t at, uint64_t seq, int64_t sent_at, std::string_view data) {
    const bool is_corrupt = is_sealed_ && !is_intact(data);
    // What a peer says may be any number.
    if (sent_at != 0) latency_.record(static_cast<int64_t>(static_cast<uint64_t>(at) - static_cast<uint64_t>(sent_at)));
    const std::lock_guard held(lock_);
    if (received_ == 0) first_ = at;
    last_ = at;
    received_++;
    if (is_corrupt) corrupt_++;
    if (seq >= most_entries) {
        untracked_++;
        return;
    }
    if (seq >= seen_.size()) seen_.resize(std::min(most_entries, seq + seq / 2 + 1024));
    if (seen_[seq]) {
        duplicated_++;
        return;
    }
    seen_[seq] = true;
    unique_++;
    if (seq < highest_) {
        reordered_++;
    } else {
        highest_ = seq;
    }
}

nlohmann::json Run::report() const {
    const std::lock_guard held(lock_);
    nlohmann::json report{
        {"run", id_},
        {"received", received_},
        {"unique", unique_},
        {"duplicated", duplicated_},
        {"reordered", reordered_},
        {"corrupt", corrupt_},
    };
    if (untracked_ > 0) report["untracked"] = untracked_;
    if (received_ > 0) {
        report["first_received_at_ns"] = first_;
        report["last_received_at_ns"] = last_;
    }
    if (auto latency = latency_.summary(); !latency.is_null()) report["delivery_latency"] = std::move(latency);
    return report;
}

// Memory is had from the kernel now, and not while entries come.
Ledger::Ledger() : ring_(ring_bytes, 1) {}

std::pair<std::shared_ptr<Run>, bool> Ledger::announce(const std::string& id, bool is_sealed) {
    const std::lock_guard held(lock_);
    if (const auto known = runs_.find(id); known != runs_.end()) return {known->second, false};
    if (order_.size() == most_runs) {
        runs_.erase(order_.front());
        order_.pop_front();
    }
    order_.push_back(id);
    return {runs_[id] = std::make_shared<Run>(id, is_sealed), true};
}

std::shared_ptr<Run> Ledger::find(const std::string& id) const {
    const std::lock_guard held(lock_);
    const auto known = runs_.find(id);
    return known == runs_.end() ? nullptr : known->second;
}

void Ledger::record(
    int64_t at, std::string_view name, std::string_view data, std::string_view run, uint64_t seq, int64_t sent_at
) {
    keep(at, name, data);
    if (run.empty()) return;
    // The run of a thread's entry before, which mostly is that of the next one.
    thread_local std::shared_ptr<Run> latest;
    if (!latest || latest->id() != run) latest = announce(std::string(run), false).first;
    latest->count(at, seq, sent_at, data);
}

void Ledger::keep(int64_t at, std::string_view name, std::string_view data) {
    const auto size = sizeof at + name.size() + data.size();
    if (size > ring_.size()) return;
    const std::lock_guard held(ring_lock_);
    if (end_ + size > ring_.size()) end_ = 0;
    auto* place = ring_.data() + end_;
    std::memcpy(place, &at, sizeof at);
    std::copy_n(data.data(), data.size(), std::copy_n(name.data(), name.size(), place + sizeof at));
    end_ += size;
}
