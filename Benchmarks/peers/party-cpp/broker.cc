#include "broker.h"

#include <chrono>
#include <stdexcept>
#include <vector>

#include "phase.h"

namespace {

constexpr std::chrono::seconds dial_limit{5};

/// The channels of a job.
class ChannelSender final : public Sender {
public:
    ChannelSender(const Job& job, std::vector<Stub> stubs, bool at_defaults)
        : job_(job), stubs_(std::move(stubs)), texts_(job.texts()), at_defaults_(at_defaults) {}

    nlohmann::json send(const std::string& run, double seconds, const Mark& mark) override {
        mark("begin");
        Phase phase(job_, run, seconds, texts_, at_defaults_);
        phase.go(stubs_);
        mark("end");
        return phase.result();
    }

private:
    const Job job_;
    const std::vector<Stub> stubs_;
    const std::vector<std::string> texts_;
    const bool at_defaults_;
};

}  // namespace

std::unique_ptr<Sender> dial(const Job& job, bool at_defaults) {
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
    return std::make_unique<ChannelSender>(job, std::move(stubs), at_defaults);
}
