// What Benchmarks/peers/json-side-by-side measures of simdjson, and the copy of the same bytes that nothing can be faster than:
//
//	json-simdjson decode FILE TIMES    reads the entry in FILE
//	json-simdjson copy FILE TIMES      copies FILE
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <simdjson.h>
#include <string_view>
#include <vector>

namespace {

/// Reads an entry as a logger does: all members in their order, the strings without their escapes.
std::size_t decode(simdjson::ondemand::parser &parser, const simdjson::padded_string &json) {
    std::size_t bytes = 0;
    simdjson::ondemand::document document = parser.iterate(json);
    for (auto field : document.get_object()) {
        std::string_view key = field.unescaped_key();
        if (key == "name" || key == "data" || key == "run") {
            bytes += std::string_view(field.value()).size();
        } else {
            bytes += std::uint64_t(field.value()) != 0;
        }
    }
    return bytes;
}

}  // namespace

int main(int count, char **arguments) {
    if (count != 4) {
        std::cerr << "json-simdjson: say decode or copy, a file, and how often\n";
        return 2;
    }
    const std::string_view what = arguments[1];
    const long times = std::atol(arguments[3]);
    try {
        const simdjson::padded_string json = simdjson::padded_string::load(arguments[2]);
        simdjson::ondemand::parser parser;
        std::vector<char> copy(json.size());
        std::size_t bytes = 0;
        for (long number = 0; number < times; number += 1) {
            if (what == "decode") {
                bytes += decode(parser, json);
            } else {
                std::memcpy(copy.data(), json.data(), json.size());
                // The compiler may think that somebody looks.
                asm volatile("" : : "r"(copy.data()) : "memory");
                bytes += json.size();
            }
        }
        return times == 0 || bytes > 0 ? 0 : 1;
    } catch (const simdjson::simdjson_error &error) {
        std::cerr << "json-simdjson: " << error.what() << '\n';
        return 1;
    }
}
