// What the lab asks a load generator for.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// A job, as the article Parties has it.
struct Job {
    int64_t number = 0;
    std::string transport, target;
    uint64_t payload_bytes = 0, payload_seed = 0;
    uint64_t in_flight = 0, connections = 0;
    double rate_per_s = 0, spin_us = 0;
    bool is_poisson = false;
    double warmup_s = 0, duration_s = 0;
    std::string warmup_run, run;
    uint64_t seed = 0;

    /// Reads a job of a party that speaks some transports; throws a sentence where it asks for what cannot be had here.
    Job(const nlohmann::json& line, const std::vector<std::string>& transports);

    /// A few different texts, which are sent over and over, with a seal where there is room for one.
    std::vector<std::string> texts() const;
};
