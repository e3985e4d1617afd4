// What a ledger's address answers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "ledger.h"

/// A request of HTTP; what it asks for (`/runs/1?sealed=true`) with its query.
struct Request {
    std::string_view method, target, body;
};

struct Answer {
    int status;
    nlohmann::json body;

    /// The whole answer, of HTTP/1.1.
    std::string text() const;
};

/// Answers `PUT` and `GET /runs/{id}` and `POST /log`.
Answer answer(const Request& request, Ledger& ledger);

/// What the head of a message says of its body's length, 0 where it says nothing; npos where that is no number.
size_t body_length(std::string_view head);
