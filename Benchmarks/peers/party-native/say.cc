#include "say.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <mutex>

void say(const nlohmann::json& line) {
    static std::mutex lock;
    // What a peer has said in other than UTF-8 is replaced.
    const auto text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    const std::lock_guard held(lock);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void fail(const std::string& what) {
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, what.c_str());
    std::exit(1);
}
