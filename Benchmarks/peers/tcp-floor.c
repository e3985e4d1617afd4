// The yardstick of broker-lab's `tcp` transport: the same frames between a bare epoll client and server on one connection.
// Frames: Sources/TCPTransport/Wire/EntryFrame.swift and AnswerFrame.swift.
//
// Both sides do what a program in this style does and no more: at most one read and one write a wake-up however many
// frames they hold, buffers that are made once.

#include "floor.h"
#include <endian.h>

enum { HEADER = 28, ANSWER = 8, MAX_RUN = 128 };
enum { RECORDED = 0x52454344, TOO_LARGE = 0x4c4f4e47, MALFORMED = 0x57484154 };

static void put32(uint8_t *at, uint32_t value) { value = htobe32(value); memcpy(at, &value, 4); }
static void put64(uint8_t *at, uint64_t value) { value = htobe64(value); memcpy(at, &value, 8); }
static uint32_t get32(const uint8_t *at) { uint32_t value; memcpy(&value, at, 4); return be32toh(value); }

// Answers the next frame of a connection, `count` of which were answered before.
static bool answer(struct connection *c, uint32_t status) {
    uint8_t bytes[ANSWER];
    put32(bytes, status);
    put32(bytes + 4, (uint32_t)c->count++);
    append(&c->out, bytes, ANSWER);
    return status == RECORDED;
}

// Takes every whole frame that is there, and answers each. False after a frame that ends the connection.
static bool take_frames(struct connection *c) {
    uint64_t at = now(CLOCK_REALTIME);
    while (held_by(&c->in) >= HEADER) {
        const uint8_t *frame = c->in.bytes + c->in.start;
        size_t length = get32(frame), run = frame[5], name = get32(frame + 8);
        if (length > HEADER - 4 + MAX_PAYLOAD + MAX_RUN) return answer(c, TOO_LARGE);
        if (length < HEADER - 4 || frame[4] > 2 || frame[6] || frame[7] || run > MAX_RUN ||
            run + name > length - (HEADER - 4)) return answer(c, MALFORMED);
        // What is missing of a frame grows the buffer by what has come, not by what the length claims.
        if (held_by(&c->in) < 4 + length) break;
        record(frame + HEADER, 4 + length - HEADER, at);
        answer(c, RECORDED);
        c->in.start += 4 + length;
    }
    return true;
}

static bool serve_connection(int epoll, struct connection *c) {
    bool goes_on = take_frames(c);
    return flush(epoll, c) && goes_on;
}

static void end_session(struct connection *c) { (void)c; }

// A frame with everything in it but its sequence number and time.
static struct buffer make_frame(const struct load *load) {
    static const char name[] = "floor";
    size_t text = sizeof name - 1, size = HEADER + 2 * text + (size_t)load->payload_bytes;
    struct buffer frame = make_buffer(size);
    memset(frame.bytes, 'x', size);
    memset(frame.bytes, 0, HEADER);
    put32(frame.bytes, (uint32_t)size - 4);
    frame.bytes[5] = (uint8_t)text;
    put32(frame.bytes + 8, (uint32_t)text);
    memcpy(frame.bytes + HEADER, name, text);
    memcpy(frame.bytes + HEADER + text, name, text);
    frame.end = size;
    return frame;
}

static void drive(const char *to, const struct load *load) {
    struct buffer frame = make_frame(load);
    uint64_t in_flight = (uint64_t)load->in_flight, sent = 0, answered = 0;
    uint64_t *sent_at = calloc(in_flight, sizeof *sent_at);
    if (!sent_at) die("calloc");
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct connection *c = connect_to(to, epoll, READ_AHEAD);
    struct window window = open_window(load);
    for (uint64_t clock = now(CLOCK_MONOTONIC);;) {
        while (sent - answered < in_flight && clock < window.until) {
            append(&c->out, frame.bytes, frame.end);
            uint8_t *at = c->out.bytes + c->out.end - frame.end;
            put64(at + 12, sent);
            put64(at + 20, clock + window.wall_offset);
            sent_at[sent++ % in_flight] = clock;
        }
        if (sent == answered) break;
        if (!flush(epoll, c)) refuse("the server closed the connection");

        struct epoll_event event;
        int count = epoll_wait(epoll, &event, 1, 5000);
        if (count == 0) refuse("no answer within 5 s");
        clock = now(CLOCK_MONOTONIC);
        if (count < 0 || !(event.events & ~(uint32_t)EPOLLOUT)) continue;
        if (!fill(c)) refuse("the server closed the connection");
        for (; held_by(&c->in) >= ANSWER; c->in.start += ANSWER) {
            const uint8_t *at = c->in.bytes + c->in.start;
            if (get32(at) != RECORDED) refuse("the server did not record an entry");
            if (get32(at + 4) != (uint32_t)answered || sent == answered) refuse("an answer is not the next one");
            measure(sent_at[answered++ % in_flight], clock, &window);
        }
    }
    report(sent, &window);
}

int main(int argc, char **argv) {
    return run(argc, argv, "tcp-floor", 2 * READ_AHEAD);
}
