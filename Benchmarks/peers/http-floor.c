// The yardstick of broker-lab's `http` transport: what HTTP/1.1 with one request at a time on each connection costs the
// kernel, between a client and a server that are nothing but an epoll loop each.
//
//   http-floor server --listen 127.0.0.1:0    (prints where it listens; ends on SIGINT or SIGTERM)
//   http-floor client --to 127.0.0.1:PORT [--in-flight 64] [--payload-bytes 100] [--duration 2] [--warmup 0.5]
//
// The same bytes on the wire as broker-lab's, so that each half also works with the other half of broker-lab. One thread,
// level-triggered epoll, one read and one write a message; a head is searched for its end and its Content-Length, no
// more; the JSON is made from a template and not read. Everything on loopback.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BODY = 32 << 20, HEAD_ROOM = 4096, READ_AHEAD = 256 << 10, RING = 64 << 20 };

static void die(const char *what) {
    fprintf(stderr, "http-floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void refuse(const char *why) {
    fprintf(stderr, "http-floor: %s\n", why);
    exit(2);
}

static uint64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void watch(int epoll, int operation, int fd, uint32_t events, void *data) {
    if (epoll_ctl(epoll, operation, fd, &(struct epoll_event){.events = events, .data.ptr = data}) < 0) {
        die("epoll_ctl");
    }
}

static int make_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    return fd;
}

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

// A socket, with what has come on it and is not yet a whole message, and what could not be written at once.
struct connection {
    int fd;
    bool waits_to_write;
    uint8_t *in;
    size_t in_end, in_capacity;
    const uint8_t *out;
    size_t out_left;
    uint64_t sent_at;
};

static struct connection *make_connection(int fd, int epoll) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct connection *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    c->fd = fd;
    c->in_capacity = HEAD_ROOM;
    if (!(c->in = malloc(c->in_capacity))) die("malloc");
    watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, c);
    return c;
}

static void end_connection(struct connection *c) {
    close(c->fd);
    free(c->in);
    free(c);
}

// Reads once. False when the peer has gone.
static bool fill(struct connection *c) {
    if (c->in_end == c->in_capacity) {
        c->in_capacity += READ_AHEAD;
        if (!(c->in = realloc(c->in, c->in_capacity))) die("realloc");
    }
    ssize_t n = recv(c->fd, c->in + c->in_end, c->in_capacity - c->in_end, MSG_DONTWAIT);
    if (n > 0) c->in_end += (size_t)n;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

// Writes once what is left to write; epoll tells when the rest can follow. False when the peer has gone.
static bool flush(int epoll, struct connection *c) {
    if (c->out_left) {
        ssize_t n = send(c->fd, c->out, c->out_left, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (n > 0) c->out += n, c->out_left -= (size_t)n;
    }
    if ((c->out_left > 0) != c->waits_to_write) {
        c->waits_to_write = c->out_left > 0;
        watch(epoll, EPOLL_CTL_MOD, c->fd, c->waits_to_write ? EPOLLIN | EPOLLOUT : EPOLLIN, c);
    }
    return true;
}

static void set_address(struct sockaddr_in *address, const char *text) {
    char host[64] = {0};
    int port;
    if (sscanf(text, "%63[0-9.]:%d", host, &port) != 2) refuse("an address is as in 127.0.0.1:8080");
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, host, &address->sin_addr) != 1) refuse("an address is as in 127.0.0.1:8080");
}

// ---------------------------------------------------------------------------------------------------------------- server

// The last 64 MiB of bodies, each behind the time it came and its length, as the logger's memory store keeps them.
static struct {
    uint8_t *bytes;
    size_t end;
} store;

static const char answer[] =
    "HTTP/1.1 202 Accepted\r\ndate: Mon, 23 Nov 2026 08:49:37 GMT\r\ncontent-type: application/json\r\n"
    "content-length: 34\r\n\r\n{\"error\":false,\"message\":\"logged\"}";

static void record(const uint8_t *body, size_t size) {
    uint64_t at = now(CLOCK_REALTIME);
    if (RING - store.end < 16 + size) store.end = 0;
    memcpy(store.bytes + store.end, &at, 8);
    memcpy(store.bytes + store.end + 8, &size, 8);
    memcpy(store.bytes + store.end + 16, body, size);
    store.end += (16 + size + 7) & ~(size_t)7;
}

static void serve_connection(int epoll, struct connection *c, uint32_t events) {
    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP) && !fill(c)) return end_connection(c);
    size_t body, end;
    // One request at a time: the answer before has left when the next request comes.
    if (!c->out_left && find_body(c->in, c->in_end, &body, &end)) {
        if (end - body > MAX_BODY) return end_connection(c);
        if (c->in_end >= end) {
            record(c->in + body, end - body);
            memmove(c->in, c->in + end, c->in_end -= end);
            c->out = (const uint8_t *)answer;
            c->out_left = sizeof answer - 1;
        }
    }
    if (!flush(epoll, c)) end_connection(c);
}

static void serve(const char *listen_on) {
    if (!(store.bytes = malloc(RING))) die("malloc");
    // Touched now, so that no page is first used while somebody measures.
    memset(store.bytes, 1, RING);

    int listener = make_socket();
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    set_address(&address, listen_on);
    if (bind(listener, (struct sockaddr *)&address, size) < 0) die("bind");
    if (listen(listener, 1024) < 0) die("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);

    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    int signals = signalfd(-1, &stop, SFD_CLOEXEC);

    int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, &listener);
    watch(epoll, EPOLL_CTL_ADD, signals, EPOLLIN, &signals);
    printf("listening on %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    fflush(stdout);

    struct epoll_event events[64];
    for (;;) {
        int count = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            void *source = events[i].data.ptr;
            if (source == &signals) return;
            if (source == &listener) {
                int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
                if (fd >= 0) make_connection(fd, epoll);
            } else {
                serve_connection(epoll, source, events[i].events);
            }
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------- client

struct load {
    int in_flight, payload_bytes;
    double duration, warmup;
};

// Counts by value: exact below 256, then 128 steps to each power of two (under 1% wide).
static uint64_t histogram[58 * 128];

static size_t bucket_of(uint64_t value) {
    if (value < 256) return value;
    int shift = 56 - __builtin_clzll(value);
    return (size_t)shift * 128 + (value >> shift);
}

static double percentile_us(uint64_t total, double share) {
    uint64_t seen = 0;
    for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) {
        seen += histogram[i];
        if (seen && (double)seen >= share * (double)total) {
            return (double)(i < 256 ? i : (i % 128 + 128) << (i / 128 - 1)) / 1000;
        }
    }
    return 0;
}

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

static void put_decimal(char *at, int digits, uint64_t value) {
    while (digits--) at[digits] = (char)('0' + value % 10), value /= 10;
}

static void drive(const char *to, const struct load *load) {
    struct sockaddr_in address;
    set_address(&address, to);
    struct template request = make_template(to, load);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    uint64_t begin = now(CLOCK_MONOTONIC), wall_offset = now(CLOCK_REALTIME) - begin;
    uint64_t from = begin + (uint64_t)(load->warmup * 1e9), until = from + (uint64_t)(load->duration * 1e9);
    uint64_t clock = begin, last = begin, sent = 0, answered = 0, measured = 0;
    struct epoll_event events[64];
    for (bool is_first = true;; is_first = false) {
        int count = is_first ? load->in_flight : epoll_wait(epoll, events, 64, 5000);
        if (count == 0) refuse("no answer within 5 s");
        for (int i = 0; i < count; i++) {
            struct connection *c;
            if (is_first) {
                int fd = make_socket();
                if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
                c = make_connection(fd, epoll);
            } else {
                c = events[i].data.ptr;
                if (events[i].events & ~(uint32_t)EPOLLOUT && !fill(c)) refuse("the server closed a connection");
                size_t body, end;
                if (!find_body(c->in, c->in_end, &body, &end) || c->in_end < end) {
                    if (!flush(epoll, c)) refuse("the server closed a connection");
                    continue;
                }
                if (memcmp(c->in, "HTTP/1.1 202", 12) || c->in_end > end) refuse("the server did not record an entry");
                c->in_end = 0;
                answered++;
                last = clock = now(CLOCK_MONOTONIC);
                if (c->sent_at >= from) histogram[bucket_of(clock - c->sent_at)]++, measured++;
            }
            if (clock >= until) continue;
            // A request that cannot be written at once is written on from the template: no other one is as long.
            put_decimal(request.bytes + request.sequence + 1, 15, sent++);
            put_decimal(request.bytes + request.sent_at, 19, (c->sent_at = clock) + wall_offset);
            c->out = (const uint8_t *)request.bytes;
            c->out_left = request.size;
            if (!flush(epoll, c)) refuse("the server closed a connection");
        }
        if (sent == answered) break;
    }
    double seconds = measured ? (double)(last - from) / 1e9 : 0;
    printf("{\"messages\": %lu, \"total_messages\": %lu, \"seconds\": %.6f, \"messages_per_s\": %.0f, "
           "\"p50_us\": %.2f, \"p99_us\": %.2f}\n", measured, sent, seconds, measured ? (double)measured / seconds : 0,
        percentile_us(measured, 0.5), percentile_us(measured, 0.99));
}

int main(int argc, char **argv) {
    struct load load = {.in_flight = 64, .payload_bytes = 100, .duration = 2, .warmup = 0.5};
    const char *listen_on = "127.0.0.1:0", *to = NULL;
    static const struct option options[] = {
        {"in-flight", required_argument, NULL, 'i'}, {"payload-bytes", required_argument, NULL, 'p'},
        {"duration", required_argument, NULL, 'd'},  {"warmup", required_argument, NULL, 'w'},
        {"connections", required_argument, NULL, 'c'}, {"listen", required_argument, NULL, 'l'},
        {"to", required_argument, NULL, 't'},        {0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'i': load.in_flight = atoi(optarg); break;
        case 'p': load.payload_bytes = atoi(optarg); break;
        case 'd': load.duration = atof(optarg); break;
        case 'w': load.warmup = atof(optarg); break;
        case 'c': break; // As many as are in flight.
        case 'l': listen_on = optarg; break;
        case 't': to = optarg; break;
        default: return 2;
        }
    }
    if (argc - optind != 1) refuse("usage: http-floor server --listen HOST:PORT | http-floor client --to HOST:PORT "
                                   "[--in-flight N] [--payload-bytes N] [--duration SECONDS] [--warmup SECONDS]");
    if (load.in_flight < 1 || load.in_flight > 16384) refuse("--in-flight is a number from 1 to 16384");
    if (load.payload_bytes < 0 || load.payload_bytes > MAX_BODY / 2) refuse("--payload-bytes is 0 to 16 MiB");
    if (!strcmp(argv[optind], "server")) serve(listen_on);
    else if (!strcmp(argv[optind], "client") && to) drive(to, &load);
    else refuse("say server, or client with --to");
    return 0;
}
