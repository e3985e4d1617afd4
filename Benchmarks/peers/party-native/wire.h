// The bytes that the kernel has counted on sockets.
#pragma once

#include <cstdint>
#include <map>
#include <string>

/// What the kernel has counted on a socket.
struct WireBytes {
    uint64_t sent = 0, received = 0;
};

/// What was counted on each socket of this process that leads to the port of HOST:PORT, by its own port.
std::map<uint16_t, WireBytes> sockets_to(const std::string& target);
