package party;

import java.time.Instant;

/** The kernel's clocks, in nanoseconds. */
final class Clock {
    private Clock() {}

    static long monotonic() {
        return System.nanoTime();
    }

    static long wall() {
        var now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }
}
