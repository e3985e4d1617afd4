#include "ledger_requests.h"

#include <strings.h>

#include <charconv>
#include <cstring>

#include "clock.h"

namespace {

Answer refused(int status, const char* message) { return {status, {{"error", true}, {"message", message}}}; }

Answer log(std::string_view body, Ledger& ledger) {
    try {
        const auto entry = nlohmann::json::parse(body);
        ledger.record(
            wall_now(), entry.at("name").get_ref<const std::string&>(), entry.at("data").get_ref<const std::string&>(),
            entry.value("run", ""), entry.value("seq", uint64_t{0}), entry.value("sent_at", int64_t{0})
        );
    } catch (const nlohmann::json::exception&) {
        return refused(400, "no entry");
    }
    return {202, {{"error", false}, {"message", "logged"}}};
}

}  // namespace

std::string Answer::text() const {
    const auto text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return "HTTP/1.1 " + std::to_string(status) + " .\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(text.size()) + "\r\n\r\n" + text;
}

Answer answer(const Request& request, Ledger& ledger) {
    const auto path = request.target.substr(0, request.target.find('?'));
    if (request.method == "POST" && path == "/log") return log(request.body, ledger);
    const std::string_view folder = "/runs/";
    if (!path.starts_with(folder) || path == folder) return refused(404, "there is no such place");
    const std::string id(path.substr(folder.size()));
    if (request.method == "PUT") {
        const auto [run, is_new] = ledger.announce(id, request.target.ends_with("?sealed=true"));
        return is_new ? Answer{201, run->report()} : refused(409, "the run is known");
    }
    if (request.method != "GET") return refused(405, "PUT and GET alone");
    const auto run = ledger.find(id);
    return run ? Answer{200, run->report()} : refused(404, "there is no such run");
}

size_t body_length(std::string_view head) {
    const std::string_view field = "content-length:";
    while (true) {
        const auto end = head.find('\n');
        if (end == std::string_view::npos) return 0;
        head.remove_prefix(end + 1);
        if (head.size() > field.size() && strncasecmp(head.data(), field.data(), field.size()) == 0) break;
    }
    auto value = head.substr(field.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
    size_t length = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), length);
    return parsed.ec == std::errc() ? length : std::string_view::npos;
}
