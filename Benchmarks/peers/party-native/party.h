// A program that plays the broker or the logger of broker-lab's benchmarks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "jobs.h"

/// What a party is called, what it speaks, and how it plays its halves.
struct Party {
    std::string name, version;
    std::vector<std::string> transports;
    /// Whether it has a second form, in which everything is as the libraries have it (`--defaults`).
    bool has_defaults = false;

    /// Listens where it is told to, of what it speaks, says where it is reached, and returns what ends it.
    std::function<std::function<void()>(const std::map<std::string, std::string>& addresses, bool at_defaults)> receive;
    /// Dials what a job says.
    std::function<std::unique_ptr<Sender>(const Job& job, bool at_defaults)> dial;
};

/// Says where a transport is reached.
void say_target(const std::string& transport, const std::string& target);

/// Plays what the command line says until that is to end; does not return.
[[noreturn]] void play(const Party& party, int count, char** arguments);
