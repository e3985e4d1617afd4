// The peer that broker-lab's `grpc` transport is compared with: a client and a server of C++ gRPC on one connection, by the
// callback API, which its authors name as the fastest (grpc.io, "Performance best practices").
//
//     grpc-cpp server --listen 127.0.0.1:0
//     grpc-cpp client --to 127.0.0.1:PORT --payload-bytes 100 --in-flight 64 --duration 2 --warmup 0.5
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "logs.grpc.pb.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr int max_message_bytes = 20 << 20;

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "grpc-cpp: %s\n", what.c_str());
    std::exit(1);
}

/// Records entries in a ring of so many, as the logger does.
class LogService final : public logs::LogService::CallbackService {
    grpc::ServerUnaryReactor* WriteLog(
        grpc::CallbackServerContext* context, const logs::LogRequest* request, logs::LogResponse* response
    ) override {
        {
            const std::lock_guard<std::mutex> held(lock_);
            latest_[received_ % latest_.size()] = request->logentry();
            received_++;
        }
        response->set_result("logged");
        auto* reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }

    std::mutex lock_;
    uint64_t received_ = 0;
    std::array<logs::Log, 4096> latest_;
};

void serve(const std::string& address) {
    // Whoever waits for a signal has it blocked, and so have the threads that are made later.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    auto service = std::make_unique<LogService>();
    int port = 0;
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(max_message_bytes);
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service.get());
    auto server = builder.BuildAndStart();
    if (!server || port == 0) fail("cannot listen on " + address);
    std::printf("listening on 127.0.0.1:%d\n", port);
    std::fflush(stdout);
    int signal = 0;
    sigwait(&ends, &signal);
    server->Shutdown(std::chrono::system_clock::now());
}

/// One call at a time, the next as soon as the last is answered.
struct Caller {
    Clock::time_point start;
    std::unique_ptr<grpc::ClientContext> context;
    logs::LogResponse response;
    uint64_t total = 0;
    std::vector<double> latencies_us;
};

/// Keeps a number of calls in flight on one connection until the time is up.
class Load {
public:
    Load(const std::string& address, size_t payload_bytes, size_t in_flight, double duration, double warmup)
        : callers_(in_flight), running_(in_flight) {
        auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
        if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(5))) {
            fail("nobody answers at " + address);
        }
        stub_ = logs::LogService::NewStub(channel);
        request_.mutable_logentry()->set_name("bench");
        request_.mutable_logentry()->set_data(std::string(payload_bytes, 'x'));
        from_ = Clock::now() + seconds(warmup);
        until_ = from_ + seconds(duration);
    }

    void run() {
        for (auto& caller : callers_) call(caller);
        std::unique_lock<std::mutex> held(lock_);
        ended_.wait(held, [this] { return running_ == 0; });
        report(std::chrono::duration<double>(Clock::now() - from_).count());
    }

private:
    static Clock::duration seconds(double count) {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
    }

    void call(Caller& caller) {
        caller.context = std::make_unique<grpc::ClientContext>();
        caller.start = Clock::now();
        stub_->async()->WriteLog(caller.context.get(), &request_, &caller.response, [this, &caller](grpc::Status status) {
            if (!status.ok()) fail("WriteLog: " + status.error_message());
            const auto now = Clock::now();
            caller.total++;
            if (caller.start >= from_) {
                caller.latencies_us.push_back(std::chrono::duration<double, std::micro>(now - caller.start).count());
            }
            if (now < until_) return call(caller);
            const std::lock_guard<std::mutex> held(lock_);
            if (--running_ == 0) ended_.notify_one();
        });
    }

    /// Prints what was measured as one line of JSON.
    void report(double seconds) const {
        std::vector<double> all;
        uint64_t total = 0;
        for (const auto& caller : callers_) {
            all.insert(all.end(), caller.latencies_us.begin(), caller.latencies_us.end());
            total += caller.total;
        }
        if (all.empty()) fail("nothing was measured");
        std::sort(all.begin(), all.end());
        const auto percentile = [&all](double share) {
            return all[std::min(static_cast<size_t>(share * static_cast<double>(all.size())), all.size() - 1)];
        };
        std::printf(
            "{\"messages\": %zu, \"total_messages\": %lu, \"seconds\": %.6f, \"messages_per_s\": %.1f, \"p50_us\": %.2f, "
            "\"p99_us\": %.2f}\n",
            all.size(), total, seconds, static_cast<double>(all.size()) / seconds, percentile(0.5), percentile(0.99)
        );
    }

    std::vector<Caller> callers_;
    size_t running_;
    std::unique_ptr<logs::LogService::Stub> stub_;
    logs::LogRequest request_;
    Clock::time_point from_;
    Clock::time_point until_;
    std::mutex lock_;
    std::condition_variable ended_;
};

/// The value that follows a flag, or the default.
std::string value(const std::vector<std::string>& words, const std::string& flag, const std::string& otherwise) {
    const auto found = std::find(words.begin(), words.end(), flag);
    return found == words.end() || found + 1 == words.end() ? otherwise : *(found + 1);
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (words.empty()) fail("say server or client");
    if (words[0] == "server") {
        serve(value(words, "--listen", "127.0.0.1:0"));
    } else if (words[0] == "client") {
        Load(
            value(words, "--to", ""), std::stoul(value(words, "--payload-bytes", "100")),
            std::stoul(value(words, "--in-flight", "64")), std::stod(value(words, "--duration", "2")),
            std::stod(value(words, "--warmup", "0.5"))
        ).run();
    } else {
        fail("say server or client");
    }
}
