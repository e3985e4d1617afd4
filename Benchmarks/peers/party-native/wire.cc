#include "wire.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <cstddef>
#include <filesystem>

namespace {

/// The port of an address; 0 where it has none.
uint16_t port_of(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return 0;
}

}  // namespace

std::map<uint16_t, WireBytes> sockets_to(const std::string& target) {
    std::map<uint16_t, WireBytes> found;
    uint16_t port = 0;
    const auto digits = target.substr(target.rfind(':') + 1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), port).ec != std::errc() || port == 0) return found;
    std::error_code none;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd", none)) {
        const auto name = each.path().filename().string();
        int descriptor = -1;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        sockaddr_storage peer{}, own{};
        socklen_t peer_length = sizeof peer, own_length = sizeof own;
        tcp_info info{};
        socklen_t length = sizeof info;
        if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &peer_length) != 0 || port_of(peer) != port ||
            getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_length) != 0 ||
            getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
            length < offsetof(tcp_info, tcpi_bytes_sent) + sizeof info.tcpi_bytes_sent) {
            continue;
        }
        found[port_of(own)] = {info.tcpi_bytes_sent, info.tcpi_bytes_received};
    }
    return found;
}
