// What the lab and a load generator say to each other.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "job.h"

/// Says to the lab that what is measured begins, or that it has ended.
using Mark = std::function<void(const char* name)>;

/// The connections of a job, and what sends over them.
class Sender {
public:
    virtual ~Sender() = default;

    /// Sends entries of a run for so long, and waits for the last fate; marks `begin` and `end`. The result as the contract has it.
    virtual nlohmann::json send(const std::string& run, double seconds, const Mark& mark) = 0;
};

/// Dials as often as a job says; throws a sentence where that fails.
using Dial = std::function<std::unique_ptr<Sender>(const Job&)>;

/// Does one job after the other, as they come on standard input, until that ends.
void do_jobs(const std::vector<std::string>& transports, const Dial& dial);
