// The logger.
#pragma once

#include <functional>
#include <map>
#include <string>

/// Listens where it is told to, of what it speaks, says where it is reached, and returns what ends it: no further entry is taken,
/// and those that came are recorded and answered.
std::function<void()> receive(const std::map<std::string, std::string>& addresses, bool at_defaults);
