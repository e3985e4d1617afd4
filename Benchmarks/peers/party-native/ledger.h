// The account of each run.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "histogram.h"
#include "shared.h"

/// The account of a run.
class Run {
public:
    Run(std::string id, bool is_sealed) : id_(std::move(id)), is_sealed_(is_sealed) {}

    const std::string& id() const { return id_; }

    /// Counts an entry; one with `sent_at` 0 has no latency.
    void count(int64_t at, uint64_t seq, int64_t sent_at, std::string_view data);

    /// The account as `GET /runs/{id}` gives it.
    nlohmann::json report() const;

private:
    const std::string id_;
    const bool is_sealed_;
    mutable Lock lock_;
    uint64_t received_ = 0, unique_ = 0, duplicated_ = 0, reordered_ = 0, corrupt_ = 0, untracked_ = 0;
    uint64_t highest_ = 0;
    int64_t first_ = 0, last_ = 0;
    std::vector<bool> seen_;
    Histogram latency_;
};

/// Keeps the latest entries, and an account of each run.
class Ledger {
public:
    Ledger();

    /// Begins a run, or finds it; whether it is new.
    std::pair<std::shared_ptr<Run>, bool> announce(const std::string& id, bool is_sealed);

    /// A run; null where there is none.
    std::shared_ptr<Run> find(const std::string& id) const;

    /// Keeps an entry that came then, and counts it for its run, where it has one.
    void record(
        int64_t at, std::string_view name, std::string_view data, std::string_view run, uint64_t seq, int64_t sent_at
    );

private:
    void keep(int64_t at, std::string_view name, std::string_view data);

    mutable Lock lock_;
    std::map<std::string, std::shared_ptr<Run>> runs_;
    std::deque<std::string> order_;

    Lock ring_lock_;
    std::vector<char> ring_;
    size_t end_ = 0;
};
