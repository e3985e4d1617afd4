#include "job.h"

#include <algorithm>
#include <random>
#include <stdexcept>

#include "seal.h"

namespace {

constexpr uint64_t longest_payload = 16 << 20;
constexpr size_t longest_run = 128;
constexpr uint64_t most_in_flight = 1'000'000;

/// Whether a member is there, and is neither null, false, 0 nor empty.
bool asks(const nlohmann::json& line, const char* key) {
    const auto found = line.find(key);
    if (found == line.end() || found->is_null()) return false;
    if (found->is_boolean()) return found->get<bool>();
    if (found->is_number()) return found->get<double>() != 0;
    return !found->is_string() || !found->get_ref<const std::string&>().empty();
}

}  // namespace

Job::Job(const nlohmann::json& line, const std::vector<std::string>& transports)
    : number(line.at("job")),
      transport(line.at("transport")),
      target(line.at("target")),
      payload_bytes(line.at("payload_bytes")),
      payload_seed(line.value("payload_seed", uint64_t{0})),
      in_flight(line.at("in_flight")),
      connections(line.at("connections")),
      rate_per_s(line.value("rate_per_s", 0.0)),
      spin_us(line.value("spin_us", 0.0)),
      is_poisson(line.value("arrivals", "") == "poisson"),
      warmup_s(line.at("warmup_s")),
      duration_s(line.at("duration_s")),
      warmup_run(line.at("warmup_run_id")),
      run(line.at("run_id")),
      seed(line.value("seed", uint64_t{0})) {
    if (std::find(transports.begin(), transports.end(), transport) == transports.end()) {
        throw std::runtime_error(transport + " is not spoken here");
    }
    for (const auto* key : {"tls", "payload_file", "bare_loop", "raw_file", "dials", "churn", "fates"}) {
        if (asks(line, key)) throw std::runtime_error(std::string(key) + " cannot be had here");
    }
    if (line.value("messages_per_operation", 1) != 1) {
        throw std::runtime_error("there are no operations of several entries here");
    }
    if (connections < 1 || in_flight < 1 || in_flight > most_in_flight || in_flight % connections != 0) {
        throw std::runtime_error(
            std::to_string(connections) + " connections cannot share " + std::to_string(in_flight) + " in flight evenly"
        );
    }
    if (std::max(run.size(), warmup_run.size()) > longest_run) throw std::runtime_error("a run has at most 128 bytes");
    if (payload_bytes > longest_payload) throw std::runtime_error("a text has at most 16 MiB here");
}

std::vector<std::string> Job::texts() const {
    std::mt19937_64 random(payload_seed);
    std::uniform_int_distribution<int> letter(' ', '~');
    std::vector<std::string> made(64);
    for (auto& text : made) {
        const bool has_seal = payload_bytes >= seal_bytes;
        text.resize(payload_bytes - (has_seal ? seal_bytes : 0));
        for (auto& each : text) each = static_cast<char>(letter(random));
        if (has_seal) text = sealed(text);
    }
    return made;
}
