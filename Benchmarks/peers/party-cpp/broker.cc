#include "broker.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "phase.h"
#include "say.h"
#include "wire.h"

namespace {

constexpr std::chrono::seconds dial_limit{5};

/// Connects as often as a job says: each channel has a connection of its own.
std::vector<Stub> dial(const Job& job, bool at_defaults) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    if (!at_defaults) {
        arguments.SetInt(GRPC_ARG_MINIMAL_STACK, 1);
        arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
        arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
        arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16 << 20);
    }
    const auto deadline = std::chrono::system_clock::now() + dial_limit;
    std::vector<Stub> stubs;
    for (uint64_t index = 0; index < job.connections; index++) {
        const auto channel = grpc::CreateCustomChannel(job.target, grpc::InsecureChannelCredentials(), arguments);
        if (!channel->WaitForConnected(deadline)) throw std::runtime_error("cannot reach " + job.target);
        stubs.push_back(logs::LogService::NewStub(channel));
    }
    return stubs;
}

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
void work(const nlohmann::json& line, bool at_defaults) {
    const Job job(line);
    const auto stubs = dial(job, at_defaults);
    const auto texts = job.texts();
    say({
        {"job", job.number},
        {"mark", "warm"},
        {"result", Phase(job, job.warmup_run, job.warmup_s, texts, at_defaults).go(stubs)},
    });
    std::string word;
    if (!std::getline(std::cin, word) || !nlohmann::json::parse(word).value("go", false)) return;
    Phase measured(job, job.run, job.duration_s, texts, at_defaults);
    const auto before = sockets_to(job.target);
    say({{"job", job.number}, {"mark", "begin"}});
    auto result = measured.go(stubs);
    say({{"job", job.number}, {"mark", "end"}});
    count_wire(result, before, sockets_to(job.target));
    say({{"job", job.number}, {"result", std::move(result)}});
}

}  // namespace

void generate(bool at_defaults) {
    for (std::string text; std::getline(std::cin, text);) {
        const auto line = nlohmann::json::parse(text, nullptr, false);
        if (!line.is_object()) {
            std::fprintf(stderr, "party-cpp: no job: %s\n", text.c_str());
            continue;
        }
        // The word of the lab on a job that has failed says nothing.
        if (!line.contains("transport")) continue;
        try {
            work(line, at_defaults);
        } catch (const std::exception& error) {
            say({{"job", line.value("job", int64_t{0})}, {"failed", error.what()}});
        }
    }
}
