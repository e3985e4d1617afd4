// Addresses and sockets of TCP.
#pragma once

#include <netinet/in.h>

#include <string>

/// HOST:PORT, of IPv4; throws a sentence where it is none.
sockaddr_in address_of(const std::string& text);

/// Listens at an address, which becomes the one where that is reached; ends the program where it cannot. The socket.
int listen_at(std::string& address);
