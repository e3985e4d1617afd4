// The checksum at the head of an entry's text (Sources/Broker/PayloadSeal.swift).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The length of a seal: as many hexadecimal digits of the checksum of the text behind them.
constexpr size_t seal_bytes = 16;

/// A text behind its seal.
std::string sealed(std::string_view text);

/// Whether a text begins with the checksum of what follows.
bool is_intact(std::string_view text);
