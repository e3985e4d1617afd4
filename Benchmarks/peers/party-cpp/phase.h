// A stretch of load: the warm-up of a job, or what is measured.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "account.h"
#include "job.h"
#include "logs.grpc.pb.h"

/// A connection's stub.
using Stub = std::unique_ptr<logs::LogService::Stub>;

/// Sends entries of one run for so long, over some connections.
class Phase {
public:
    Phase(const Job& job, const std::string& run, double seconds, const std::vector<std::string>& texts, bool at_defaults);

    /// Sends, and waits for the last fate.
    void go(const std::vector<Stub>& stubs);

    /// The result as the contract has it.
    nlohmann::json result() const { return account_.result(spun_); }

private:
    /// Sends one entry at a time.
    struct Caller {
        logs::LogService::Stub* stub = nullptr;
        std::optional<grpc::ClientContext> context;
        logs::LogRequest request;
        logs::LogResponse response;
        int64_t due = 0, start = 0;
    };

    bool has_rate() const { return job_.rate_per_s > 0; }

    /// Sends an entry that was due then: latency counts from there.
    void send(Caller& caller, int64_t start, int64_t due);
    /// Counts an entry's fate, and has its caller send the next one or wait.
    void answer(Caller& caller, const grpc::Status& status);
    /// Has callers send when entries of a rate are due.
    void schedule();
    /// Waits until a time, the last bit of it on the core; whether that time was still to come.
    bool sleep(int64_t until);

    const Job& job_;
    const std::string run_;
    const int64_t length_;
    const std::vector<std::string>& texts_;
    const bool at_defaults_;
    Account account_;
    int64_t spun_ = 0;

    std::mutex lock_;
    std::condition_variable freed_;
    std::vector<Caller> callers_;
    /// Those of them that have nothing in flight.
    std::vector<Caller*> idle_;
};
