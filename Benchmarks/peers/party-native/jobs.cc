#include "jobs.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <iostream>

#include "say.h"
#include "wire.h"

namespace {

/// Adds what was sent and received since; nothing where the sockets are not the same any more, as what a closed one has
/// counted is not known.
void count_wire(
    nlohmann::json& result, const std::map<uint16_t, WireBytes>& before, const std::map<uint16_t, WireBytes>& after
) {
    const auto has_same_port = [](const auto& one, const auto& other) { return one.first == other.first; };
    if (before.empty() || !std::equal(before.begin(), before.end(), after.begin(), after.end(), has_same_port)) return;
    uint64_t sent = 0, received = 0;
    for (const auto& [port, now] : after) {
        sent += now.sent - before.at(port).sent;
        received += now.received - before.at(port).received;
    }
    result["wire_tx_bytes"] = sent;
    result["wire_rx_bytes"] = received;
}

/// Does a job: the warm-up, and when the lab says so what is measured, on the same connections.
void work(const Job& job, const Dial& dial) {
    const auto sender = dial(job);
    auto warm = sender->send(job.warmup_run, job.warmup_s, [](const char*) {});
    say({{"job", job.number}, {"mark", "warm"}, {"result", std::move(warm)}});
    std::string word;
    if (!std::getline(std::cin, word) || !nlohmann::json::parse(word).value("go", false)) return;
    const auto before = sockets_to(job.target);
    auto result = sender->send(job.run, job.duration_s, [&](const char* name) {
        say({{"job", job.number}, {"mark", name}});
    });
    count_wire(result, before, sockets_to(job.target));
    say({{"job", job.number}, {"result", std::move(result)}});
}

}  // namespace

void do_jobs(const std::vector<std::string>& transports, const Dial& dial) {
    for (std::string text; std::getline(std::cin, text);) {
        const auto line = nlohmann::json::parse(text, nullptr, false);
        if (!line.is_object()) {
            std::fprintf(stderr, "%s: no job: %s\n", program_invocation_short_name, text.c_str());
            continue;
        }
        // The word of the lab on a job that has failed says nothing.
        if (!line.contains("transport")) continue;
        try {
            work(Job(line, transports), dial);
        } catch (const std::exception& error) {
            say({{"job", line.value("job", int64_t{0})}, {"failed", error.what()}});
        }
    }
}
