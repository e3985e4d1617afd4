// The yardstick of broker-lab's `tcp` transport: the same frames between a client and a server that are nothing but an
// epoll loop each. Frames: Sources/TCPTransport/Wire/EntryFrame.swift and AnswerFrame.swift.
//
//   floor server PORT                       (0 for a free one; ends on SIGINT or SIGTERM)
//   floor client PORT [--in-flight 64] [--payload-bytes 100] [--duration 2] [--warmup 0.5] [--run floor]
//
// Both sides do what a program in this style does and no more: one thread, level-triggered epoll, at most one read and
// one write a wake-up however many frames they hold, buffers that are made once. Everything on loopback.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
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

enum { HEADER = 28, ANSWER = 8, MAX_RUN = 128, MAX_ENTRY = 16 << 20, READ_AHEAD = 256 << 10, RING = 64 << 20 };
enum { RECORDED = 0x52454344, TOO_LARGE = 0x4c4f4e47, MALFORMED = 0x57484154 };

static void die(const char *what) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void refuse(const char *why) {
    fprintf(stderr, "floor: %s\n", why);
    exit(2);
}

static uint64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void put32(uint8_t *at, uint32_t value) { value = htobe32(value); memcpy(at, &value, 4); }
static void put64(uint8_t *at, uint64_t value) { value = htobe64(value); memcpy(at, &value, 8); }
static uint32_t get32(const uint8_t *at) { uint32_t value; memcpy(&value, at, 4); return be32toh(value); }

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

// Makes room for `wanted` bytes behind the end.
static void reserve(struct buffer *b, size_t wanted) {
    if (b->capacity - b->end >= wanted) return;
    memmove(b->bytes, b->bytes + b->start, b->end - b->start);
    b->end -= b->start;
    b->start = 0;
    if (b->capacity - b->end >= wanted) return;
    b->capacity = b->end + wanted;
    if (!(b->bytes = realloc(b->bytes, b->capacity))) die("realloc");
}

// Reads once. False when the peer has gone.
static bool fill(int fd, struct buffer *b) {
    if (b->start == b->end) b->start = b->end = 0;
    ssize_t n = read(fd, b->bytes + b->end, b->capacity - b->end);
    if (n > 0) b->end += (size_t)n;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

// Writes once. False when the peer has gone.
static bool flush(int fd, struct buffer *b) {
    if (b->start == b->end) return true;
    ssize_t n = send(fd, b->bytes + b->start, b->end - b->start, MSG_NOSIGNAL);
    if (n > 0) b->start += (size_t)n;
    if (b->start == b->end) b->start = b->end = 0;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static int make_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    return fd;
}

static void set_no_delay(int fd) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void watch(int epoll, int operation, int fd, uint32_t events, void *data) {
    if (epoll_ctl(epoll, operation, fd, &(struct epoll_event){.events = events, .data.ptr = data}) < 0) {
        die("epoll_ctl");
    }
}

// ---------------------------------------------------------------------------------------------------------------- server

struct connection {
    int fd;
    uint32_t frames;
    bool ending, waits_to_write;
    struct buffer in, out;
};

// The last 64 MiB of entries, each behind the time it came and its lengths, as the logger's memory store keeps them.
static struct {
    uint8_t *bytes;
    size_t end;
    uint64_t received;
} store;

static void record(const uint8_t *frame, size_t size, uint64_t at) {
    size_t text = size - HEADER, wanted = 16 + text;
    if (RING - store.end < wanted) store.end = 0;
    uint8_t *slot = store.bytes + store.end;
    memcpy(slot, &at, 8);
    memcpy(slot + 8, frame, 4);
    memcpy(slot + 12, frame + 8, 4);
    memcpy(slot + 16, frame + HEADER, text);
    store.end += (wanted + 7) & ~(size_t)7;
    store.received++;
}

static void answer(struct connection *c, uint32_t status) {
    put32(c->out.bytes + c->out.end, status);
    put32(c->out.bytes + c->out.end + 4, c->frames++);
    c->out.end += ANSWER;
    c->ending = status != RECORDED;
}

// Takes every whole frame that is there, and answers each.
static void take_frames(struct connection *c) {
    uint64_t at = now(CLOCK_REALTIME);
    reserve(&c->out, (c->in.end - c->in.start) / HEADER * ANSWER + ANSWER);
    while (!c->ending && c->in.end - c->in.start >= HEADER) {
        const uint8_t *frame = c->in.bytes + c->in.start;
        size_t length = get32(frame), run = frame[5], name = get32(frame + 8);
        if (length > HEADER - 4 + MAX_ENTRY + MAX_RUN) { answer(c, TOO_LARGE); break; }
        if (length < HEADER - 4 || frame[4] > 2 || frame[6] || frame[7] || run > MAX_RUN ||
            run + name > length - (HEADER - 4)) { answer(c, MALFORMED); break; }
        size_t size = 4 + length;
        if (c->in.end - c->in.start < size) {
            // Grows by what has come, not by what the length claims.
            size_t held = c->in.end - c->in.start, missing = size - held;
            reserve(&c->in, missing < held + READ_AHEAD ? missing : held + READ_AHEAD);
            return;
        }
        record(frame, size, at);
        answer(c, RECORDED);
        c->in.start += size;
    }
    if (c->in.capacity - c->in.end < READ_AHEAD / 2) reserve(&c->in, READ_AHEAD);
}

static void end_connection(struct connection *c) {
    close(c->fd);
    free(c->in.bytes);
    free(c->out.bytes);
    free(c);
}

static void serve_connection(int epoll, struct connection *c, uint32_t events) {
    if (events & EPOLLIN) {
        if (!fill(c->fd, &c->in)) return end_connection(c);
        take_frames(c);
    } else if (events & (EPOLLERR | EPOLLHUP)) {
        return end_connection(c);
    }
    if (!flush(c->fd, &c->out)) return end_connection(c);
    bool pending = c->out.start < c->out.end;
    if (c->ending && !pending) return end_connection(c);
    // Whoever does not read its answers is not read from, so that nothing grows.
    if (pending != c->waits_to_write) {
        c->waits_to_write = pending;
        watch(epoll, EPOLL_CTL_MOD, c->fd, pending ? EPOLLOUT : EPOLLIN, c);
    }
}

static void accept_connection(int epoll, int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    set_no_delay(fd);
    struct connection *c = calloc(1, sizeof *c);
    if (!c) die("calloc");
    c->fd = fd;
    c->in = make_buffer(2 * READ_AHEAD);
    c->out = make_buffer(READ_AHEAD);
    watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, c);
}

static void serve(int port) {
    if (!(store.bytes = malloc(RING))) die("malloc");
    // Touched now, so that no page is first used while somebody measures.
    memset(store.bytes, 1, RING);

    int listener = make_socket();
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in address = loopback(port);
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) < 0) die("bind");
    if (listen(listener, 128) < 0) die("listen");
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
    printf("{\"listen\":\"127.0.0.1:%d\"}\n", ntohs(address.sin_port));
    fflush(stdout);

    struct epoll_event events[64];
    for (;;) {
        int count = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            void *source = events[i].data.ptr;
            if (source == &signals) {
                printf("{\"received\":%lu}\n", store.received);
                return;
            }
            if (source == &listener) accept_connection(epoll, listener);
            else serve_connection(epoll, source, events[i].events);
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------- client

struct load {
    int in_flight, payload_bytes;
    double duration, warmup;
    const char *run;
};

// Counts by value: exact below 256, then 128 steps to each power of two (under 1% wide).
static uint64_t histogram[58 * 128];

static size_t bucket_of(uint64_t value) {
    if (value < 256) return value;
    int shift = 56 - __builtin_clzll(value);
    return (size_t)shift * 128 + (value >> shift);
}

static uint64_t percentile(uint64_t total, double share) {
    uint64_t seen = 0;
    for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) {
        seen += histogram[i];
        if (seen && (double)seen >= share * (double)total) {
            return i < 256 ? i : (i % 128 + 128) << (i / 128 - 1);
        }
    }
    return 0;
}

// A frame with everything in it but its sequence number and time.
static struct buffer make_frame(const struct load *load) {
    static const char name[] = "floor";
    size_t run = strlen(load->run), size = HEADER + run + strlen(name) + (size_t)load->payload_bytes;
    struct buffer frame = make_buffer(size);
    memset(frame.bytes, 'x', size);
    memset(frame.bytes, 0, HEADER);
    put32(frame.bytes, (uint32_t)size - 4);
    frame.bytes[5] = (uint8_t)run;
    put32(frame.bytes + 8, (uint32_t)strlen(name));
    memcpy(frame.bytes + HEADER, load->run, run);
    memcpy(frame.bytes + HEADER + run, name, strlen(name));
    frame.end = size;
    return frame;
}

static void drive(int port, const struct load *load) {
    int fd = make_socket();
    struct sockaddr_in address = loopback(port);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    set_no_delay(fd);
    fcntl(fd, F_SETFL, O_NONBLOCK);

    struct buffer frame = make_frame(load);
    uint32_t window = (uint32_t)load->in_flight;
    struct buffer out = make_buffer(window * frame.end), in = make_buffer(2 * window * ANSWER);
    uint64_t *sent_at = calloc(window, sizeof *sent_at);
    if (!sent_at) die("calloc");

    int epoll = epoll_create1(EPOLL_CLOEXEC);
    uint32_t interest = EPOLLIN;
    watch(epoll, EPOLL_CTL_ADD, fd, interest, NULL);

    uint64_t begin = now(CLOCK_MONOTONIC), measured = 0;
    uint64_t from = begin + (uint64_t)(load->warmup * 1e9), until = from + (uint64_t)(load->duration * 1e9);
    uint64_t clock = begin, wall_offset = now(CLOCK_REALTIME) - begin, last = begin;
    uint32_t sent = 0, answered = 0;
    for (;;) {
        while (sent - answered < window && clock < until) {
            reserve(&out, frame.end);
            uint8_t *at = out.bytes + out.end;
            memcpy(at, frame.bytes, frame.end);
            put64(at + 12, sent);
            put64(at + 20, clock + wall_offset);
            out.end += frame.end;
            sent_at[sent++ % window] = clock;
        }
        if (sent == answered) break;
        if (!flush(fd, &out)) refuse("the server closed the connection");

        uint32_t wanted = out.start < out.end ? EPOLLIN | EPOLLOUT : EPOLLIN;
        if (wanted != interest) watch(epoll, EPOLL_CTL_MOD, fd, interest = wanted, NULL);
        struct epoll_event event;
        int count = epoll_wait(epoll, &event, 1, 5000);
        if (count == 0) refuse("no answer within 5 s");
        clock = now(CLOCK_MONOTONIC);
        if (count < 0 || !(event.events & ~(uint32_t)EPOLLOUT)) continue;

        reserve(&in, window * ANSWER);
        if (!fill(fd, &in)) refuse("the server closed the connection");
        for (; in.end - in.start >= ANSWER; in.start += ANSWER) {
            if (get32(in.bytes + in.start) != RECORDED) refuse("the server did not record an entry");
            if (get32(in.bytes + in.start + 4) != answered || sent == answered) refuse("an answer is not the next one");
            uint64_t intended = sent_at[answered++ % window];
            if (intended < from) continue;
            histogram[bucket_of(clock - intended)]++;
            measured++;
            last = clock;
        }
    }
    printf("{\"messages\":%lu,\"messages_per_s\":%.0f,\"p50_ns\":%lu,\"p99_ns\":%lu}\n", measured,
        measured ? (double)measured * 1e9 / (double)(last - from) : 0, percentile(measured, 0.5),
        percentile(measured, 0.99));
}

int main(int argc, char **argv) {
    struct load load = {.in_flight = 64, .payload_bytes = 100, .duration = 2, .warmup = 0.5, .run = "floor"};
    static const struct option options[] = {
        {"in-flight", required_argument, NULL, 'i'}, {"payload-bytes", required_argument, NULL, 'p'},
        {"duration", required_argument, NULL, 'd'},  {"warmup", required_argument, NULL, 'w'},
        {"run", required_argument, NULL, 'r'},       {0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'i': load.in_flight = atoi(optarg); break;
        case 'p': load.payload_bytes = atoi(optarg); break;
        case 'd': load.duration = atof(optarg); break;
        case 'w': load.warmup = atof(optarg); break;
        case 'r': load.run = optarg; break;
        default: return 2;
        }
    }
    if (argc - optind != 2) refuse("usage: floor server PORT | floor client PORT [--in-flight N] [--payload-bytes N] "
                                   "[--duration SECONDS] [--warmup SECONDS] [--run ID]");
    int port = atoi(argv[optind + 1]);
    if (port < 0 || port > 65535) refuse("a port is a number from 0 to 65535");
    if (load.in_flight < 1 || load.in_flight > 65536) refuse("--in-flight is a number from 1 to 65536");
    if (load.payload_bytes < 0 || load.payload_bytes > MAX_ENTRY - 64) refuse("--payload-bytes is 0 to 16 MiB");
    if (strlen(load.run) > MAX_RUN) refuse("--run is at most 128 bytes");

    if (!strcmp(argv[optind], "server")) serve(port);
    else if (!strcmp(argv[optind], "client")) drive(port, &load);
    else refuse("say server or client");
    return 0;
}
