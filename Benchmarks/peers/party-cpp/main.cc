// A broker and a logger in C++ on gRPC's callback API: a party of broker-lab's benchmarks. README.md has what it does at its best,
// and what at its defaults.
//
//     party-cpp logger --listen grpc=127.0.0.1:0 --listen http=127.0.0.1:0
//     party-cpp broker [--defaults]
//     party-cpp speaks
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "broker.h"
#include "logger.h"
#include "say.h"

namespace {

void say_ready(bool at_defaults) {
    say({{"ready", true}, {"name", at_defaults ? "cpp-defaults" : "cpp"}, {"version", grpc::Version()}});
}

/// Waits for a signal that ends the program: whoever does has it blocked, and so have the threads that are made later.
void wait_for_end(const sigset_t& ends) {
    int signal = 0;
    sigwait(&ends, &signal);
}

/// Plays the logger until it is to end.
void log(const std::map<std::string, std::string>& addresses, bool at_defaults, const sigset_t& ends) {
    const auto stop = receive(addresses, at_defaults);
    say_ready(at_defaults);
    std::thread([] {
        char part[4096];
        while (read(STDIN_FILENO, part, sizeof part) > 0) {}
        kill(getpid(), SIGTERM);
    }).detach();
    wait_for_end(ends);
    stop();
}

}  // namespace

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (words == std::vector<std::string>{"speaks"}) {
        std::puts("grpc");
        return 0;
    }
    if (words.empty() || (words[0] != "logger" && words[0] != "broker")) fail("say logger, broker or speaks");
    bool at_defaults = false;
    std::map<std::string, std::string> addresses;
    for (size_t index = 1; index < words.size(); index++) {
        if (words[index] == "--defaults") {
            at_defaults = true;
        } else if (words[index] == "--listen" && index + 1 < words.size()) {
            const auto& pair = words[++index];
            const auto equals = pair.find('=');
            if (equals == std::string::npos) fail("--listen takes NAME=HOST:PORT, not " + pair);
            addresses[pair.substr(0, equals)] = pair.substr(equals + 1);
        } else {
            fail("there is no " + words[index]);
        }
    }
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    if (words[0] == "logger") {
        log(addresses, at_defaults, ends);
    } else {
        std::thread([ends] {
            wait_for_end(ends);
            std::_Exit(0);
        }).detach();
        say_ready(at_defaults);
        generate(at_defaults);
    }
    // Threads of connections may still be there.
    std::_Exit(0);
}
