// The yardstick of broker-lab's `grpc` transport: what unary calls of logs.LogService/WriteLog on one connection cost with
// nghttp2 as the HTTP/2 engine, between a bare epoll client and server.
//
// Each half works with any gRPC peer. nghttp2 is told to leave its checks of header lists out, and what a wake-up brings is
// answered with one write. Neither half reads more of a message than the contract makes it.

#include "floor.h"
#include <nghttp2/nghttp2.h>

enum { PREFIX = 5, STREAM_WINDOW = 16 << 20, CONNECTION_WINDOW = 64 << 20, FRAME = 256 << 10 };

// A call that is under way: on the client's side what is sent, on the server's what has come.
struct call {
    struct call *next;
    const uint8_t *bytes;
    size_t size, done;
    struct buffer request;
    uint64_t sent_at;
};

static struct call *free_calls;

static struct call *make_call(void) {
    struct call *call = free_calls;
    if (call) free_calls = call->next;
    else if (!(call = calloc(1, sizeof *call))) die("calloc");
    call->done = 0;
    call->request.start = call->request.end = 0;
    return call;
}

static void end_call(struct call *call) {
    call->next = free_calls;
    free_calls = call;
}

static nghttp2_nv field(const char *name, const char *value) {
    return (nghttp2_nv){(uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value),
        NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

// A session with the settings of both sides; `callbacks` make the difference.
static nghttp2_session *make_session(nghttp2_session_callbacks *callbacks, bool is_server, void *user_data) {
    nghttp2_option *option;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_closed_streams(option, 1);
    nghttp2_option_set_no_http_messaging(option, 1);
    nghttp2_session *session;
    int error = is_server ? nghttp2_session_server_new2(&session, callbacks, user_data, option)
                          : nghttp2_session_client_new2(&session, callbacks, user_data, option);
    if (error) refuse(nghttp2_strerror(error));
    nghttp2_option_del(option);
    nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW}, {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, FRAME},
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 16384}};
    nghttp2_submit_settings(session, 0, settings, is_server ? 3 : 2);
    nghttp2_session_set_local_window_size(session, 0, 0, CONNECTION_WINDOW);
    return session;
}

// Gives the session what has come, and takes what it has to say. False when the connection has come to its end.
static bool exchange(int epoll, struct connection *c) {
    nghttp2_session *session = c->session;
    ssize_t taken = nghttp2_session_mem_recv(session, c->in.bytes + c->in.start, held_by(&c->in));
    if (taken < 0) return false;
    c->in.start += (size_t)taken;
    const uint8_t *bytes;
    for (ssize_t n; (n = nghttp2_session_mem_send(session, &bytes)) != 0;) {
        if (n < 0) return false;
        append(&c->out, bytes, (size_t)n);
    }
    return flush(epoll, c) && (nghttp2_session_want_read(session) || nghttp2_session_want_write(session));
}

static ssize_t read_message(nghttp2_session *session, int32_t stream, uint8_t *into, size_t room, uint32_t *flags,
                            nghttp2_data_source *source, void *user_data) {
    (void)session, (void)stream, (void)user_data;
    struct call *call = source->ptr;
    size_t count = call->size - call->done < room ? call->size - call->done : room;
    memcpy(into, call->bytes + call->done, count);
    call->done += count;
    if (call->done == call->size) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)count;
}

// ---------------------------------------------------------------------------------------------------------------- server

// LogResponse{result: "logged"} behind its prefix.
static const uint8_t reply[] = {0, 0, 0, 0, 8, 0x0a, 6, 'l', 'o', 'g', 'g', 'e', 'd'};

static ssize_t read_reply(nghttp2_session *session, int32_t stream, uint8_t *into, size_t room, uint32_t *flags,
                          nghttp2_data_source *source, void *user_data) {
    ssize_t count = read_message(session, stream, into, room, flags, source, user_data);
    if (*flags & NGHTTP2_DATA_FLAG_EOF) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        nghttp2_nv trailers[] = {field("grpc-status", "0")};
        nghttp2_submit_trailer(session, stream, trailers, 1);
    }
    return count;
}

static int call_begins(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    (void)user_data;
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
        nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, make_call());
    }
    return 0;
}

static int bytes_come(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *bytes, size_t count,
                      void *user_data) {
    (void)flags, (void)user_data;
    struct call *call = nghttp2_session_get_stream_user_data(session, stream);
    if (!call || held_by(&call->request) + count > MAX_PAYLOAD + 1024) return NGHTTP2_ERR_CALLBACK_FAILURE;
    append(&call->request, bytes, count);
    return 0;
}

static int frame_comes(nghttp2_session *session, const nghttp2_frame *frame, void *user_data) {
    (void)user_data;
    if (!(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) return 0;
    struct call *call = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (!call) return 0;
    record(call->request.bytes, held_by(&call->request), now(CLOCK_REALTIME));
    call->bytes = reply;
    call->size = sizeof reply;
    nghttp2_nv headers[] = {field(":status", "200"), field("content-type", "application/grpc")};
    nghttp2_data_provider provider = {{.ptr = call}, read_reply};
    return nghttp2_submit_response(session, frame->hd.stream_id, headers, 2, &provider);
}

static int call_ends(nghttp2_session *session, int32_t stream, uint32_t error, void *user_data) {
    (void)error, (void)user_data;
    struct call *call = nghttp2_session_get_stream_user_data(session, stream);
    if (call) end_call(call);
    return 0;
}

static bool serve_connection(int epoll, struct connection *c) {
    if (!c->session) {
        nghttp2_session_callbacks *callbacks;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, call_begins);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, bytes_come);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, frame_comes);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, call_ends);
        c->session = make_session(callbacks, true, c);
        nghttp2_session_callbacks_del(callbacks);
    }
    return exchange(epoll, c);
}

static void end_session(struct connection *c) {
    // The calls that are still open with it are not used again: a server that is measured has none.
    if (c->session) nghttp2_session_del(c->session);
}

// ---------------------------------------------------------------------------------------------------------------- client

// What the callbacks of the client share.
struct client {
    struct window window;
    uint64_t clock, sent, answered;
};

static int answer_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_size,
                         const uint8_t *value, size_t value_size, uint8_t flags, void *user_data) {
    (void)session, (void)frame, (void)flags, (void)user_data;
    if (name_size == 11 && !memcmp(name, "grpc-status", 11) && (value_size != 1 || *value != '0')) {
        refuse("the server did not record an entry");
    }
    return 0;
}

static int answer_ends(nghttp2_session *session, int32_t stream, uint32_t error, void *user_data) {
    struct client *client = user_data;
    if (error) refuse("the server reset a stream");
    struct call *call = nghttp2_session_get_stream_user_data(session, stream);
    client->answered++;
    measure(call->sent_at, client->clock, &client->window);
    end_call(call);
    return 0;
}

static size_t put_varint(uint8_t *at, uint64_t value) {
    size_t count = 0;
    for (; value >= 0x80; value >>= 7) at[count++] = (uint8_t)value | 0x80;
    at[count++] = (uint8_t)value;
    return count;
}

// Makes the message of a call: LogRequest{Log{name, data, run, seq, sent_at}}, whose data are in `call` from before.
static void make_message(struct call *call, const struct load *load, uint64_t seq, uint64_t sent_at) {
    size_t payload = (size_t)load->payload_bytes, room = payload + 128;
    // What stands before the data has the same size in every message of a load; what stands behind has not.
    // Sequence numbers begin at 2^40 so that all are of one size.
    uint8_t front[64], back[64];
    size_t back_size = 0;
    memcpy(back, "\x22\x05" "floor\x28", 8), back_size = 8;
    back_size += put_varint(back + back_size, seq | 1ull << 40);
    back[back_size++] = 0x30;
    back_size += put_varint(back + back_size, sent_at);
    uint8_t head[32];
    memcpy(head, "\x0a\x05" "floor\x12", 8);
    size_t head_size = 8 + put_varint(head + 8, payload), log_size = head_size + payload + back_size;
    size_t front_size = PREFIX;
    front[front_size++] = 0x0a;
    front_size += put_varint(front + front_size, log_size);
    uint32_t message = htonl((uint32_t)(front_size - PREFIX + log_size));
    front[0] = 0;
    memcpy(front + 1, &message, 4);
    memcpy(front + front_size, head, head_size);
    front_size += head_size;

    struct buffer *b = &call->request;
    if (b->capacity < room) {
        reserve(b, room);
        memset(b->bytes + front_size, 'x', payload);
    }
    memcpy(b->bytes, front, front_size);
    memcpy(b->bytes + front_size + payload, back, back_size);
    call->bytes = b->bytes;
    call->size = front_size + payload + back_size;
    call->sent_at = sent_at;
}

static void drive(const char *to, const struct load *load) {
    struct client client = {.window = open_window(load), .clock = now(CLOCK_MONOTONIC)};
    nghttp2_session_callbacks *callbacks;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, answer_header);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, answer_ends);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct connection *c = connect_to(to, epoll, READ_AHEAD);
    nghttp2_session *session = c->session = make_session(callbacks, false, &client);
    nghttp2_nv headers[] = {
        field(":method", "POST"), field(":scheme", "http"), field(":path", "/logs.LogService/WriteLog"),
        field(":authority", to), field("te", "trailers"), field("content-type", "application/grpc"),
        field("user-agent", "grpc-floor")};
    for (;;) {
        while (client.sent - client.answered < (uint64_t)load->in_flight && client.clock < client.window.until) {
            struct call *call = make_call();
            make_message(call, load, client.sent++, client.clock + client.window.wall_offset);
            call->sent_at = client.clock;
            nghttp2_data_provider provider = {{.ptr = call}, read_message};
            if (nghttp2_submit_request(session, NULL, headers, 7, &provider, call) < 0) refuse("no stream is left");
        }
        if (client.sent == client.answered) break;
        if (!exchange(epoll, c)) refuse("the server closed the connection");
        struct epoll_event event;
        int count = epoll_wait(epoll, &event, 1, 5000);
        if (count == 0) refuse("no answer within 5 s");
        client.clock = now(CLOCK_MONOTONIC);
        if (count < 0 || !(event.events & ~(uint32_t)EPOLLOUT)) continue;
        if (!fill(c)) refuse("the server closed the connection");
        ssize_t taken = nghttp2_session_mem_recv(session, c->in.bytes + c->in.start, held_by(&c->in));
        if (taken < 0) refuse(nghttp2_strerror((int)taken));
        c->in.start += (size_t)taken;
    }
    report(client.sent, &client.window);
}

int main(int argc, char **argv) {
    return run(argc, argv, "grpc-floor", READ_AHEAD);
}
