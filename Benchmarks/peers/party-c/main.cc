// A broker and a logger of bare epoll loops: a party of broker-lab's benchmarks, and what no other party is to beat. README.md has
// what they leave out.
//
//     party-c logger --listen tcp=127.0.0.1:0 --listen http=127.0.0.1:0
//     party-c broker
//     party-c speaks
#include <sys/epoll.h>
#include <sys/resource.h>

#include <thread>

#include "listen.h"
#include "party.h"
#include "transports.h"

namespace {

std::function<void()> receive(const std::map<std::string, std::string>& addresses, bool) {
    // All are there until the program ends.
    static Ledger ledger;
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const std::pair<const char*, decltype(&serve_tcp)> transports[] = {
        {"tcp", serve_tcp}, {"http", serve_http}, {"grpc", serve_grpc}
    };
    for (const auto& [transport, serve] : transports) {
        const auto found = addresses.find(transport);
        if (found == addresses.end()) continue;
        auto address = found->second;
        accept_from(epoll, listen_at(address), [serve](int own, int socket) { return serve(own, socket, ledger); });
        say_target(transport, address);
    }
    std::thread([epoll] { run_loop(epoll); }).detach();
    // An entry that was answered is recorded, and there is nothing else to keep.
    return [] {};
}

std::unique_ptr<Sender> dial(const Job& job, bool) {
    if (job.transport == "tcp") return send_tcp(job);
    return job.transport == "http" ? send_http(job) : send_grpc(job);
}

}  // namespace

int main(int count, char** arguments) {
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    play(
        {.name = "c", .version = "epoll", .transports = {"tcp", "http", "grpc"}, .receive = receive, .dial = dial}, count, arguments
    );
}
