// The ledger's address.
#pragma once

#include <string>

#include "ledger.h"

/// Answers `PUT` and `GET /runs/{id}` and `POST /log` over HTTP/1.1 until the program ends; where it is reached.
std::string serve_ledger(std::string address, Ledger& ledger);
