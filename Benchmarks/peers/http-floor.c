// The yardstick of broker-lab's `http` transport: what HTTP/1.1 with one request at a time on each connection costs the
// kernel, between a bare epoll client and server.
//
// The same bytes on the wire as broker-lab's, so that each half also works with the other half of broker-lab. One read and
// one write a message; a head is searched for its end and its Content-Length, no more; the JSON is made from a template and
// not read.

#include "floor.h"

enum { MAX_BODY = 2 * MAX_PAYLOAD, HEAD_ROOM = 4096 };

// What is known of a message whose head has come: where its body starts and ends. False while the head is incomplete.
static bool find_body(const uint8_t *bytes, size_t count, size_t *body, size_t *end) {
    const uint8_t *stop = memmem(bytes, count, "\r\n\r\n", 4);
    if (!stop) return false;
    *body = (size_t)(stop - bytes) + 4;
    const char field[] = "\r\ncontent-length: ";
    const uint8_t *length = memmem(bytes, *body, field, sizeof field - 1);
    *end = *body + (length ? strtoul((const char *)length + sizeof field - 1, NULL, 10) : 0);
    return true;
}

static const char answer[] =
    "HTTP/1.1 202 Accepted\r\ndate: Mon, 23 Nov 2026 08:49:37 GMT\r\ncontent-type: application/json\r\n"
    "content-length: 34\r\n\r\n{\"error\":false,\"message\":\"logged\"}";

static bool serve_connection(int epoll, struct connection *c) {
    const uint8_t *request = c->in.bytes + c->in.start;
    size_t body, end;
    // One request at a time: the answer before has left when the next request comes.
    if (!held_by(&c->out) && find_body(request, held_by(&c->in), &body, &end)) {
        if (end - body > MAX_BODY) return false;
        if (held_by(&c->in) >= end) {
            record(request + body, end - body, now(CLOCK_REALTIME));
            c->in.start += end;
            append(&c->out, answer, sizeof answer - 1);
        }
    }
    return flush(epoll, c);
}

static void end_session(struct connection *c) { (void)c; }

// A request with everything in it but its sequence number and time, whose places are 16 and 19 digits.
struct template {
    char *bytes;
    size_t size, sequence, sent_at;
};

static struct template make_template(const char *to, const struct load *load) {
    struct template t = {.bytes = malloc((size_t)load->payload_bytes + HEAD_ROOM)};
    if (!t.bytes) die("malloc");
    const char open[] = "{\"name\":\"floor\",\"data\":\"", run[] = "\",\"run\":\"floor\",\"seq\":",
               sent_at[] = ",\"sent_at\":";
    size_t body = sizeof open - 1 + (size_t)load->payload_bytes + sizeof run - 1 + 16 + sizeof sent_at - 1 + 19 + 1;
    char *at = t.bytes;
    at += sprintf(at,
        "POST /log HTTP/1.1\r\nhost: %s\r\nuser-agent: http-floor\r\ncontent-type: application/json\r\n"
        "content-length: %zu\r\n\r\n%s", to, body, open);
    memset(at, 'x', (size_t)load->payload_bytes);
    at += load->payload_bytes;
    at += sprintf(at, "%s", run);
    t.sequence = (size_t)(at - t.bytes);
    at += sprintf(at, "%s%s", "1000000000000000", sent_at);
    t.sent_at = (size_t)(at - t.bytes);
    at += sprintf(at, "%s}", "1000000000000000000");
    t.size = (size_t)(at - t.bytes);
    return t;
}

static void put_decimal(uint8_t *at, int digits, uint64_t value) {
    while (digits--) at[digits] = (uint8_t)('0' + value % 10), value /= 10;
}

static void drive(const char *to, const struct load *load) {
    struct template request = make_template(to, load);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct connection **connections = calloc((size_t)load->in_flight, sizeof *connections);
    if (!connections) die("calloc");
    for (int i = 0; i < load->in_flight; i++) {
        connections[i] = connect_to(to, epoll, HEAD_ROOM);
        // Each has a request of its own that only two numbers are changed in.
        append(&connections[i]->out, request.bytes, request.size);
        connections[i]->out.end = 0;
    }
    struct window window = open_window(load);
    uint64_t clock = now(CLOCK_MONOTONIC), sent = 0, answered = 0;
    struct epoll_event events[64];
    for (bool is_first = true;; is_first = false) {
        int count = is_first ? load->in_flight : epoll_wait(epoll, events, 64, 5000);
        if (count == 0) refuse("no answer within 5 s");
        for (int i = 0; i < count; i++) {
            struct connection *c = is_first ? connections[i] : events[i].data.ptr;
            if (!is_first) {
                if (events[i].events & ~(uint32_t)EPOLLOUT && !fill(c)) refuse("the server closed a connection");
                const uint8_t *response = c->in.bytes + c->in.start;
                size_t body, end;
                if (!find_body(response, held_by(&c->in), &body, &end) || held_by(&c->in) < end) {
                    if (!flush(epoll, c)) refuse("the server closed a connection");
                    continue;
                }
                if (memcmp(response, "HTTP/1.1 202", 12) || held_by(&c->in) > end) {
                    refuse("the server did not record an entry");
                }
                c->in.start += end;
                answered++;
                clock = now(CLOCK_MONOTONIC);
                // `count` is when the connection's request was sent.
                measure(c->count, clock, &window);
            }
            if (clock >= window.until) continue;
            put_decimal(c->out.bytes + request.sequence + 1, 15, sent++);
            put_decimal(c->out.bytes + request.sent_at, 19, (c->count = clock) + window.wall_offset);
            c->out.end = request.size;
            if (!flush(epoll, c)) refuse("the server closed a connection");
        }
        if (sent == answered) break;
    }
    report(sent, &window);
}

int main(int argc, char **argv) {
    return run(argc, argv, "http-floor", HEAD_ROOM);
}
