#include "party.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "say.h"

namespace {

/// What a command line asks for.
struct Request {
    bool is_logger = false, at_defaults = false;
    std::map<std::string, std::string> addresses;
};

Request read(const std::vector<std::string>& words, bool has_defaults) {
    if (words.empty() || (words[0] != "logger" && words[0] != "broker")) fail("say logger, broker or speaks");
    Request request{.is_logger = words[0] == "logger", .at_defaults = false, .addresses = {}};
    for (size_t index = 1; index < words.size(); index++) {
        if (words[index] == "--defaults" && has_defaults) {
            request.at_defaults = true;
        } else if (words[index] == "--listen" && index + 1 < words.size()) {
            const auto& pair = words[++index];
            const auto equals = pair.find('=');
            if (equals == std::string::npos) fail("--listen takes NAME=HOST:PORT, not " + pair);
            request.addresses[pair.substr(0, equals)] = pair.substr(equals + 1);
        } else {
            fail("there is no " + words[index]);
        }
    }
    return request;
}

/// Waits for a signal that ends the program: whoever does has it blocked, and so have the threads that are made later.
void wait_for_end(const sigset_t& ends) {
    int signal = 0;
    sigwait(&ends, &signal);
}

}  // namespace

void say_target(const std::string& transport, const std::string& target) {
    say({{"transport", transport}, {"target", target}});
}

void play(const Party& party, int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (words == std::vector<std::string>{"speaks"}) {
        for (const auto& each : party.transports) std::puts(each.c_str());
        std::exit(0);
    }
    const auto request = read(words, party.has_defaults);
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    const nlohmann::json ready{
        {"ready", true}, {"name", party.name + (request.at_defaults ? "-defaults" : "")}, {"version", party.version}
    };
    if (request.is_logger) {
        const auto stop = party.receive(request.addresses, request.at_defaults);
        say(ready);
        std::thread([] {
            char part[4096];
            while (::read(STDIN_FILENO, part, sizeof part) > 0) {}
            kill(getpid(), SIGTERM);
        }).detach();
        wait_for_end(ends);
        stop();
    } else {
        std::thread([ends] {
            wait_for_end(ends);
            std::_Exit(0);
        }).detach();
        say(ready);
        do_jobs(party.transports, [&](const Job& job) { return party.dial(job, request.at_defaults); });
    }
    // Threads of connections may still be there.
    std::_Exit(0);
}
