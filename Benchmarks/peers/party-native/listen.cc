#include "listen.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <charconv>
#include <cstdint>
#include <stdexcept>

#include "say.h"

sockaddr_in address_of(const std::string& text) {
    const auto colon = text.rfind(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    uint16_t port = 0;
    const auto* end = text.data() + text.size();
    if (colon == std::string::npos || std::from_chars(text.data() + colon + 1, end, port).ptr != end ||
        inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1) {
        throw std::runtime_error("no address of IPv4 with a port: " + text);
    }
    address.sin_port = htons(port);
    return address;
}

int listen_at(std::string& address) try {
    auto place = address_of(address);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    socklen_t length = sizeof place;
    auto* name = reinterpret_cast<sockaddr*>(&place);
    if (bind(listener, name, length) != 0 || listen(listener, SOMAXCONN) != 0 || getsockname(listener, name, &length) != 0) {
        fail("cannot listen on " + address);
    }
    address = address.substr(0, address.rfind(':') + 1) + std::to_string(ntohs(place.sin_port));
    return listener;
} catch (const std::runtime_error& error) {
    fail(error.what());
}
