// The transports: how each serves a connection, and sends the entries of a job.
#pragma once

#include <memory>

#include "jobs.h"
#include "ledger.h"
#include "server.h"

/// Serves a connection, whose entries go to a ledger.
std::unique_ptr<Source> serve_tcp(int epoll, int socket, Ledger& ledger);
std::unique_ptr<Source> serve_http(int epoll, int socket, Ledger& ledger);
std::unique_ptr<Source> serve_grpc(int epoll, int socket, Ledger& ledger);

/// Connects as a job says; throws a sentence where that fails.
std::unique_ptr<Sender> send_tcp(const Job& job);
std::unique_ptr<Sender> send_http(const Job& job);
std::unique_ptr<Sender> send_grpc(const Job& job);
