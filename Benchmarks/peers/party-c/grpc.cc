// The floor of `grpc`: unary calls of logs.LogService/WriteLog, with nghttp2 as the engine of HTTP/2.
//
// nghttp2 is told to leave its checks of header lists out, and what a wake-up brings is answered with one write.
#include <arpa/inet.h>
#include <nghttp2/nghttp2.h>

#include <deque>
#include <string_view>

#include "clock.h"
#include "epoll_sender.h"
#include "json_entry.h"
#include "transports.h"

namespace {

constexpr size_t prefix_bytes = 5, longest_message = (16 << 20) + 1024, most_held = size_t{1} << 30;
constexpr uint32_t stream_window = 16 << 20, connection_window = 64 << 20, longest_frame = 256 << 10, most_streams = 16384;
/// What is sent in one frame, where the peer takes it: nghttp2 itself takes 16 KiB.
constexpr uint32_t sent_frame = 128 << 10;

nghttp2_nv field(std::string_view name, std::string_view value) {
    const auto bytes = [](std::string_view text) { return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data())); };
    return {
        bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE
    };
}

/// What a call has to send, in parts that follow each other.
struct Parts {
    std::string_view parts[3];
    size_t done = 0;

    /// Gives nghttp2 as much as it takes.
    static ssize_t read(
        nghttp2_session*, int32_t, uint8_t* into, size_t room, uint32_t* flags, nghttp2_data_source* source, void*
    ) {
        auto& own = *static_cast<Parts*>(source->ptr);
        auto skipped = own.done;
        size_t copied = 0;
        bool is_whole = true;
        for (const auto part : own.parts) {
            if (skipped >= part.size()) {
                skipped -= part.size();
                continue;
            }
            const auto count = std::min(part.size() - skipped, room - copied);
            std::memcpy(into + copied, part.data() + skipped, count);
            copied += count;
            is_whole = skipped + count == part.size();
            skipped = 0;
        }
        own.done += copied;
        if (is_whole) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(copied);
    }
};

/// Calls that are used again and again.
template <typename Call>
class Calls {
public:
    Call* take() {
        if (free_.empty()) return &all_.emplace_back();
        auto* call = free_.back();
        free_.pop_back();
        return call;
    }

    void put(Call* call) { free_.push_back(call); }

private:
    std::deque<Call> all_;
    std::vector<Call*> free_;
};

/// A session of HTTP/2 on a connection.
class Session {
public:
    Session(bool is_server, const nghttp2_session_callbacks* callbacks, void* owner) {
        nghttp2_option* option = nullptr;
        nghttp2_option_new(&option);
        nghttp2_option_set_no_closed_streams(option, 1);
        nghttp2_option_set_no_http_messaging(option, 1);
        const auto make = is_server ? nghttp2_session_server_new2 : nghttp2_session_client_new2;
        make(&session, callbacks, owner, option);
        nghttp2_option_del(option);
        const nghttp2_settings_entry settings[] = {
            {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window},
            {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, longest_frame},
            {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most_streams},
        };
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, is_server ? 3 : 2);
        nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, connection_window);
    }
    Session(const Session&) = delete;
    ~Session() { nghttp2_session_del(session); }

    /// Gives the session what has come. False when the connection has come to its end.
    bool take(Buffer& in) const {
        const auto taken = nghttp2_session_mem_recv(session, in.data(), in.size());
        if (taken > 0) in.drop(static_cast<size_t>(taken));
        return taken >= 0;
    }

    /// Writes what the session has to say. False when the connection has come to its end.
    bool push(Connection& peer) const {
        const uint8_t* bytes = nullptr;
        while (true) {
            const auto count = nghttp2_session_mem_send(session, &bytes);
            if (count < 0) return false;
            if (count == 0) break;
            peer.out.append(bytes, static_cast<size_t>(count));
        }
        return peer.flush() && (nghttp2_session_want_read(session) != 0 || nghttp2_session_want_write(session) != 0);
    }

    nghttp2_session* session = nullptr;
};

/// Reads a message of protobuf, field by field; what is no message ends it.
class Fields {
public:
    explicit Fields(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

    /// The next field; false at the end.
    bool next() {
        if (at_ == end_) return false;
        const auto tag = varint();
        number = tag >> 3;
        text = {};
        value = 0;
        switch (tag & 7) {
            case 0: value = varint(); break;
            case 1: skip(8); break;
            case 2: skip(varint()); break;
            case 5: skip(4); break;
            default: is_broken = true;
        }
        return !is_broken;
    }

    uint64_t number = 0, value = 0;
    std::string_view text;
    bool is_broken = false;

private:
    uint64_t varint() {
        uint64_t made = 0;
        for (int shift = 0; shift < 64 && at_ < end_; shift += 7) {
            const auto byte = static_cast<uint8_t>(*at_++);
            made |= static_cast<uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return made;
        }
        is_broken = true;
        return 0;
    }

    void skip(uint64_t count) {
        if (count > static_cast<size_t>(end_ - at_)) {
            is_broken = true;
            return;
        }
        text = {at_, static_cast<size_t>(count)};
        at_ += count;
    }

    const char *at_, *end_;
};

/// Reads LogRequest{Log{name, data, severity, run, seq, sent_at}} behind gRPC's prefix.
bool read_message(std::string_view message, Entry& entry) {
    if (message.size() < prefix_bytes || message[0] != 0) return false;
    uint32_t size = 0;
    std::memcpy(&size, message.data() + 1, sizeof size);
    if (ntohl(size) != message.size() - prefix_bytes) return false;
    Fields outer(message.substr(prefix_bytes));
    while (outer.next()) {
        if (outer.number != 1) continue;
        Fields inner(outer.text);
        while (inner.next()) {
            switch (inner.number) {
                case 1: entry.name = inner.text; break;
                case 2: entry.data = inner.text; break;
                case 4: entry.run = inner.text; break;
                case 5: entry.seq = inner.value; break;
                case 6: entry.sent_at = static_cast<int64_t>(inner.value); break;
                default: break;
            }
        }
        if (inner.is_broken) return false;
    }
    return !outer.is_broken;
}

// ---------------------------------------------------------------------------------------------------------------- server

/// A call that has come.
struct ServedCall {
    Buffer request{1024};
    Parts reply;
};

class ServedGRPC final : public ServedConnection {
public:
    ServedGRPC(int epoll, int socket, Ledger& ledger)
        : ServedConnection(epoll, socket, read_ahead), ledger_(ledger), session_(true, callbacks(), this) {}

private:
    bool serve() override { return session_.take(peer.in) && session_.push(peer); }

    static const nghttp2_session_callbacks* callbacks() {
        static nghttp2_session_callbacks* made = [] {
            nghttp2_session_callbacks* callbacks = nullptr;
            nghttp2_session_callbacks_new(&callbacks);
            nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, call_begins);
            nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, bytes_come);
            nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_comes);
            nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, call_ends);
            return callbacks;
        }();
        return made;
    }

    static ServedCall* call_of(nghttp2_session* session, int32_t stream) {
        return static_cast<ServedCall*>(nghttp2_session_get_stream_user_data(session, stream));
    }

    static int call_begins(nghttp2_session* session, const nghttp2_frame* frame, void* owner) {
        if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
        auto* call = static_cast<ServedGRPC*>(owner)->calls_.take();
        call->request.drop(call->request.size());
        nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, call);
        return 0;
    }

    static int bytes_come(
        nghttp2_session* session, uint8_t, int32_t stream, const uint8_t* bytes, size_t count, void* owner
    ) {
        auto* call = call_of(session, stream);
        auto& held = static_cast<ServedGRPC*>(owner)->held_;
        if (call == nullptr || call->request.size() + count > longest_message || held + count > most_held) {
            return NGHTTP2_ERR_CALLBACK_FAILURE;
        }
        held += count;
        call->request.append(bytes, count);
        return 0;
    }

    static int frame_comes(nghttp2_session* session, const nghttp2_frame* frame, void* owner) {
        const bool is_end = (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
            (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        auto* call = is_end ? call_of(session, frame->hd.stream_id) : nullptr;
        return call == nullptr ? 0 : static_cast<ServedGRPC*>(owner)->answer(frame->hd.stream_id, *call);
    }

    int answer(int32_t stream, ServedCall& call) {
        const auto status = field(":status", "200"), type = field("content-type", "application/grpc");
        Entry entry;
        if (!read_message({reinterpret_cast<const char*>(call.request.data()), call.request.size()}, entry)) {
            const nghttp2_nv headers[] = {status, type, field("grpc-status", "3")};
            return nghttp2_submit_response(session_.session, stream, headers, 3, nullptr);
        }
        ledger_.record(wall_now(), entry.name, entry.data, entry.run, entry.seq, entry.sent_at);
        // LogResponse{result: "logged"} behind its prefix.
        static constexpr std::string_view logged{"\0\0\0\0\x08\x0a\x06logged", 13};
        call.reply = {.parts = {logged, {}, {}}};
        const nghttp2_nv headers[] = {status, type};
        const nghttp2_data_provider provider{{.ptr = &call.reply}, read_reply};
        return nghttp2_submit_response(session_.session, stream, headers, 2, &provider);
    }

    static ssize_t read_reply(
        nghttp2_session* session, int32_t stream, uint8_t* into, size_t room, uint32_t* flags, nghttp2_data_source* source,
        void* owner
    ) {
        const auto count = Parts::read(session, stream, into, room, flags, source, owner);
        if ((*flags & NGHTTP2_DATA_FLAG_EOF) != 0) {
            *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
            const auto trailer = field("grpc-status", "0");
            nghttp2_submit_trailer(session, stream, &trailer, 1);
        }
        return count;
    }

    static int call_ends(nghttp2_session* session, int32_t stream, uint32_t, void* owner) {
        auto* call = call_of(session, stream);
        if (call == nullptr) return 0;
        auto* own = static_cast<ServedGRPC*>(owner);
        own->held_ -= call->request.size();
        own->calls_.put(call);
        return 0;
    }

    Ledger& ledger_;
    Calls<ServedCall> calls_;
    /// How much of requests is there.
    size_t held_ = 0;
    Session session_;
};

// ---------------------------------------------------------------------------------------------------------------- client

/// A call that is under way.
struct SentCall {
    /// What stands before the text of an entry, and what behind.
    char head[64], tail[192];
    Parts message;
    Times times;
    bool has_status;
    std::string status;
};

char* put_varint(char* at, uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
    *at++ = static_cast<char>(value);
    return at;
}

size_t varint_size(uint64_t value) {
    size_t size = 1;
    for (; value >= 0x80; value >>= 7) size++;
    return size;
}

char* put_text(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

class GRPCLine {
public:
    GRPCLine(int epoll, const Job& job, size_t depth)
        : peer_(epoll, connect_to(job.target), read_ahead, this), depth_(depth), target_(job.target),
          session_(false, callbacks(), this) {}

    size_t unanswered() const { return unanswered_; }
    bool has_room() const { return unanswered_ < depth_; }

    void write(const Form& form, uint64_t number, int64_t at, Times times) {
        auto* call = calls_.take();
        make_message(*call, form, number, at);
        call->times = times;
        call->has_status = false;
        const nghttp2_nv headers[] = {
            field(":method", "POST"),
            field(":scheme", "http"),
            field(":path", "/logs.LogService/WriteLog"),
            field(":authority", target_),
            field("te", "trailers"),
            field("content-type", "application/grpc"),
            field("user-agent", "party-c"),
        };
        const nghttp2_data_provider provider{{.ptr = &call->message}, Parts::read};
        unanswered_++;
        if (nghttp2_submit_request(session_.session, nullptr, headers, std::size(headers), &provider, call) < 0) has_streams_ = false;
    }

    bool push() { return has_streams_ && session_.push(peer_); }

    bool take(Account& account, int64_t now) {
        const bool is_open = peer_.fill();
        account_ = &account;
        now_ = now;
        return session_.take(peer_.in) && is_open;
    }

    void abandon() { unanswered_ = 0; }

    std::string trouble;

private:
    static ssize_t longest_part(nghttp2_session*, uint8_t, int32_t, int32_t, int32_t, uint32_t longest, void*) {
        return std::min(longest, sent_frame);
    }

    static const nghttp2_session_callbacks* callbacks() {
        static nghttp2_session_callbacks* made = [] {
            nghttp2_session_callbacks* callbacks = nullptr;
            nghttp2_session_callbacks_new(&callbacks);
            nghttp2_session_callbacks_set_on_header_callback(callbacks, header_comes);
            nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, call_ends);
            nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks, longest_part);
            return callbacks;
        }();
        return made;
    }

    /// LogRequest{Log{name, data, run, seq, sent_at}} behind its prefix.
    static void make_message(SentCall& call, const Form& form, uint64_t number, int64_t at) {
        const std::string_view text = form.text(number);
        auto* end = put_varint(put_text(call.tail, "\x22"), form.run.size());
        end = put_varint(put_text(put_text(end, form.run), "\x28"), number);
        end = put_varint(put_text(end, "\x30"), static_cast<uint64_t>(at));
        const auto tail_size = static_cast<size_t>(end - call.tail);
        constexpr std::string_view before = "\x0a\x05" "bench\x12";
        const auto entry_size = before.size() + varint_size(text.size()) + text.size() + tail_size;
        const auto size = htonl(static_cast<uint32_t>(1 + varint_size(entry_size) + entry_size));
        call.head[0] = 0;
        std::memcpy(call.head + 1, &size, sizeof size);
        end = put_varint(put_text(call.head + prefix_bytes, "\x0a"), entry_size);
        end = put_varint(put_text(end, before), text.size());
        call.message = {.parts = {{call.head, static_cast<size_t>(end - call.head)}, text, {call.tail, tail_size}}};
    }

    static int header_comes(
        nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name, size_t name_size, const uint8_t* value,
        size_t value_size, uint8_t, void*
    ) {
        constexpr std::string_view wanted = "grpc-status";
        if (name_size != wanted.size() || std::memcmp(name, wanted.data(), name_size) != 0) return 0;
        auto* call = static_cast<SentCall*>(nghttp2_session_get_stream_user_data(session, frame->hd.stream_id));
        if (call != nullptr) {
            call->status.assign(reinterpret_cast<const char*>(value), value_size);
            call->has_status = true;
        }
        return 0;
    }

    static int call_ends(nghttp2_session* session, int32_t stream, uint32_t error, void* owner) {
        auto* call = static_cast<SentCall*>(nghttp2_session_get_stream_user_data(session, stream));
        auto* own = static_cast<GRPCLine*>(owner);
        if (call == nullptr || own->unanswered_ == 0) return 0;
        own->unanswered_--;
        if (error == NGHTTP2_NO_ERROR && call->has_status && call->status == "0") {
            own->account_->acknowledge(own->now_, call->times.due, call->times.sent);
        } else {
            // CANCELLED, UNKNOWN, DEADLINE_EXCEEDED and UNAVAILABLE say nothing of the entry.
            const bool is_unknown = !call->has_status || call->status == "1" || call->status == "2" || call->status == "4" ||
                call->status == "14";
            own->account_->fail(
                own->now_, 1, !is_unknown, call->has_status ? "a call ended with status " + call->status : "a call was reset"
            );
        }
        own->calls_.put(call);
        return 0;
    }

    Connection peer_;
    const size_t depth_;
    const std::string target_;
    Calls<SentCall> calls_;
    Account* account_ = nullptr;
    int64_t now_ = 0;
    size_t unanswered_ = 0;
    bool has_streams_ = true;
    Session session_;
};

}  // namespace

std::unique_ptr<Source> serve_grpc(int epoll, int socket, Ledger& ledger) {
    return std::make_unique<ServedGRPC>(epoll, socket, ledger);
}

std::unique_ptr<Sender> send_grpc(const Job& job) {
    return std::make_unique<EpollSender<GRPCLine>>(job, job.connections, job.in_flight / job.connections, job.texts());
}
