// The load generator.
#pragma once

#include <memory>

#include "jobs.h"

/// Connects as often as a job says: each channel has a connection of its own. Throws a sentence where that fails.
std::unique_ptr<Sender> dial(const Job& job, bool at_defaults);
