// What a party says: lines of JSON on standard output, and why it cannot go on on standard error.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// Prints a line of JSON.
void say(const nlohmann::json& line);

/// Prints why the program cannot go on, and ends it.
[[noreturn]] void fail(const std::string& what);
