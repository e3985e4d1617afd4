// What the floors have in common: the yardsticks of broker-lab's transports, a client and a server that are nothing but an
// epoll loop each. One thread, level-triggered epoll, everything on loopback.
//
//   NAME server --listen 127.0.0.1:0    (prints where it listens; ends on SIGINT or SIGTERM)
//   NAME client --to 127.0.0.1:PORT [--in-flight 64] [--payload-bytes 100] [--duration 2] [--warmup 0.5]
//
// A floor includes this file once and has `serve_connection` and `drive`.

#pragma once
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

enum { MAX_PAYLOAD = 16 << 20, READ_AHEAD = 256 << 10, RING = 64 << 20 };

static const char *program_name;

static void die(const char *what) {
    fprintf(stderr, "%s: %s: %s\n", program_name, what, strerror(errno));
    exit(1);
}

static void refuse(const char *why) {
    fprintf(stderr, "%s: %s\n", program_name, why);
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

// --------------------------------------------------------------------------------------------------------------- sockets

// Bytes on their way: those from `start` to `end` are still to be used.
struct buffer {
    uint8_t *bytes;
    size_t start, end, capacity;
};

static struct buffer make_buffer(size_t capacity) {
    struct buffer b = {malloc(capacity), 0, 0, capacity};
    if (!b.bytes) die("malloc");
    return b;
}

static size_t held_by(const struct buffer *b) { return b->end - b->start; }

// Makes room for `wanted` bytes behind the end.
static void reserve(struct buffer *b, size_t wanted) {
    if (b->capacity - b->end >= wanted) return;
    memmove(b->bytes, b->bytes + b->start, held_by(b));
    b->end -= b->start;
    b->start = 0;
    if (b->capacity - b->end >= wanted) return;
    b->capacity = b->end + wanted;
    if (!(b->bytes = realloc(b->bytes, b->capacity))) die("realloc");
}

static inline void append(struct buffer *b, const void *bytes, size_t count) {
    reserve(b, count);
    memcpy(b->bytes + b->end, bytes, count);
    b->end += count;
}

// A socket, with what has come on it and is not used yet, and what could not be written at once.
struct connection {
    int fd;
    uint32_t interest;
    struct buffer in, out;
    // What a protocol keeps for it.
    void *session;
    uint64_t count;
};

static struct connection *make_connection(int fd, int epoll, size_t capacity) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct connection *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    *c = (struct connection){.fd = fd, .interest = EPOLLIN, .in = make_buffer(capacity), .out = make_buffer(capacity)};
    watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, c);
    return c;
}

// Reads once. False when the peer has gone.
static bool fill(struct connection *c) {
    struct buffer *b = &c->in;
    if (b->start == b->end) b->start = b->end = 0;
    if (b->end == b->capacity) reserve(b, READ_AHEAD);
    ssize_t n = recv(c->fd, b->bytes + b->end, b->capacity - b->end, MSG_DONTWAIT);
    if (n > 0) b->end += (size_t)n;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

// Writes once what is left to write; epoll tells when the rest can follow. False when the peer has gone.
static bool flush(int epoll, struct connection *c) {
    struct buffer *b = &c->out;
    if (b->start < b->end) {
        ssize_t n = send(c->fd, b->bytes + b->start, held_by(b), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (n > 0) b->start += (size_t)n;
        if (b->start == b->end) b->start = b->end = 0;
    }
    uint32_t interest = b->start < b->end ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (interest != c->interest) watch(epoll, EPOLL_CTL_MOD, c->fd, c->interest = interest, c);
    return true;
}

static int make_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    return fd;
}

static struct sockaddr_in parse_address(const char *text) {
    char host[64] = {0};
    int port;
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (sscanf(text, "%63[0-9.]:%d", host, &port) != 2) refuse("an address is as in 127.0.0.1:8080");
    address.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) refuse("an address is as in 127.0.0.1:8080");
    return address;
}

static struct connection *connect_to(const char *to, int epoll, size_t capacity) {
    int fd = make_socket();
    struct sockaddr_in address = parse_address(to);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    return make_connection(fd, epoll, capacity);
}

// ---------------------------------------------------------------------------------------------------------------- server

// The last 64 MiB of entries, each behind the time it came and its length, as the logger's memory store keeps them.
static struct {
    uint8_t *bytes;
    size_t end;
} store;

static void record(const uint8_t *entry, size_t size, uint64_t at) {
    if (RING - store.end < 16 + size) store.end = 0;
    memcpy(store.bytes + store.end, &at, 8);
    memcpy(store.bytes + store.end + 8, &size, 8);
    memcpy(store.bytes + store.end + 16, entry, size);
    store.end += (16 + size + 7) & ~(size_t)7;
}

// Deals with what epoll says of a connection. False when it has come to its end.
static bool serve_connection(int epoll, struct connection *c);

// Frees what the protocol keeps for a connection.
static void end_session(struct connection *c);

static void end_connection(struct connection *c) {
    end_session(c);
    close(c->fd);
    free(c->in.bytes);
    free(c->out.bytes);
    free(c);
}

static void serve(const char *listen_on, size_t capacity) {
    if (!(store.bytes = malloc(RING))) die("malloc");
    // Touched now, so that no page is first used while somebody measures.
    memset(store.bytes, 1, RING);

    int listener = make_socket();
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in address = parse_address(listen_on);
    socklen_t size = sizeof address;
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
                if (fd >= 0) make_connection(fd, epoll, capacity);
                continue;
            }
            bool can_read = events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP);
            if ((can_read && !fill(source)) || !serve_connection(epoll, source)) end_connection(source);
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------- client

struct load {
    int in_flight, payload_bytes;
    double duration, warmup;
};

// When what is sent counts, on the monotonic clock in nanoseconds, and what adding makes of that clock the time of day.
struct window {
    uint64_t from, until, wall_offset;
};

static struct window open_window(const struct load *load) {
    uint64_t begin = now(CLOCK_MONOTONIC), from = begin + (uint64_t)(load->warmup * 1e9);
    return (struct window){from, from + (uint64_t)(load->duration * 1e9), now(CLOCK_REALTIME) - begin};
}

// Latencies by value: exact below 256 ns, then 128 steps to each power of two (under 1% wide).
static struct {
    uint64_t counts[58 * 128];
    uint64_t measured, last;
} latencies;

static void measure(uint64_t sent_at, uint64_t answered_at, const struct window *window) {
    if (sent_at < window->from) return;
    uint64_t value = answered_at - sent_at;
    int shift = value < 256 ? 0 : 56 - __builtin_clzll(value);
    latencies.counts[value < 256 ? value : (size_t)shift * 128 + (value >> shift)]++;
    latencies.measured++;
    latencies.last = answered_at;
}

static double percentile_us(double share) {
    uint64_t seen = 0;
    for (size_t i = 0; i < sizeof latencies.counts / sizeof *latencies.counts; i++) {
        seen += latencies.counts[i];
        if (seen && (double)seen >= share * (double)latencies.measured) {
            return (double)(i < 256 ? i : (i % 128 + 128) << (i / 128 - 1)) / 1000;
        }
    }
    return 0;
}

static void report(uint64_t sent, const struct window *window) {
    double seconds = latencies.measured ? (double)(latencies.last - window->from) / 1e9 : 0;
    printf("{\"messages\": %lu, \"total_messages\": %lu, \"seconds\": %.6f, \"messages_per_s\": %.0f, "
           "\"p50_us\": %.2f, \"p99_us\": %.2f}\n", latencies.measured, sent, seconds,
        seconds > 0 ? (double)latencies.measured / seconds : 0, percentile_us(0.5), percentile_us(0.99));
}

// Sends `load` to the server at `to` and reports.
static void drive(const char *to, const struct load *load);

// Runs the command line; a connection begins with buffers of `capacity` bytes.
static int run(int argc, char **argv, const char *name, size_t capacity) {
    program_name = name;
    struct load load = {.in_flight = 64, .payload_bytes = 100, .duration = 2, .warmup = 0.5};
    const char *listen_on = "127.0.0.1:0", *to = NULL;
    static const struct option options[] = {
        {"in-flight", required_argument, NULL, 'i'}, {"payload-bytes", required_argument, NULL, 'p'},
        {"duration", required_argument, NULL, 'd'},  {"warmup", required_argument, NULL, 'w'},
        {"listen", required_argument, NULL, 'l'},    {"to", required_argument, NULL, 't'},
        {0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'i': load.in_flight = atoi(optarg); break;
        case 'p': load.payload_bytes = atoi(optarg); break;
        case 'd': load.duration = atof(optarg); break;
        case 'w': load.warmup = atof(optarg); break;
        case 'l': listen_on = optarg; break;
        case 't': to = optarg; break;
        default: return 2;
        }
    }
    if (argc - optind != 1) refuse("usage: server --listen HOST:PORT | client --to HOST:PORT [--in-flight N] "
                                   "[--payload-bytes N] [--duration SECONDS] [--warmup SECONDS]");
    if (load.in_flight < 1 || load.in_flight > 16384) refuse("--in-flight is a number from 1 to 16384");
    if (load.payload_bytes < 0 || load.payload_bytes > MAX_PAYLOAD - 64) refuse("--payload-bytes is 0 to 16 MiB");
    if (!strcmp(argv[optind], "server")) serve(listen_on, capacity);
    else if (!strcmp(argv[optind], "client") && to) drive(to, &load);
    else refuse("say server, or client with --to");
    return 0;
}
