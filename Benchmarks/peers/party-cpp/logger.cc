#include "logger.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>

#include "clock.h"
#include "ledger.h"
#include "ledger_server.h"
#include "logs.grpc.pb.h"
#include "party.h"
#include "say.h"

namespace {

constexpr int most_message_bytes = 20 << 20;
constexpr std::chrono::seconds end_limit{5};

/// Records entries.
class LogService final : public logs::LogService::CallbackService {
public:
    explicit LogService(Ledger& ledger) : ledger_(ledger) {}

    grpc::ServerUnaryReactor* WriteLog(
        grpc::CallbackServerContext* context, const logs::LogRequest* request, logs::LogResponse* response
    ) override {
        const auto& entry = request->logentry();
        ledger_.record(wall_now(), entry.name(), entry.data(), entry.run(), entry.seq(), entry.sent_at());
        response->set_result("logged");
        auto* reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }

private:
    Ledger& ledger_;
};

}  // namespace

std::function<void()> receive(const std::map<std::string, std::string>& addresses, bool at_defaults) {
    // Both are there until the program ends.
    static Ledger ledger;
    static LogService service(ledger);
    std::shared_ptr<grpc::Server> server;
    if (const auto found = addresses.find("http"); found != addresses.end()) {
        say_target("http", serve_ledger(found->second, ledger));
    }
    if (const auto found = addresses.find("grpc"); found != addresses.end()) {
        const auto& address = found->second;
        int port = 0;
        grpc::ServerBuilder builder;
        // An address that is taken is an error.
        builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
        if (!at_defaults) {
            builder.SetMaxReceiveMessageSize(most_message_bytes);
            builder.AddChannelArgument(GRPC_ARG_MINIMAL_STACK, 1);
            builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
            builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 16 << 20);
        }
        builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
        builder.RegisterService(&service);
        server = builder.BuildAndStart();
        if (!server || port == 0) fail("cannot listen on " + address);
        say_target("grpc", address.substr(0, address.rfind(':') + 1) + std::to_string(port));
    }
    return [server] {
        if (server) server->Shutdown(std::chrono::system_clock::now() + end_limit);
    };
}
