package party;

import java.util.BitSet;

/** The account of a run. */
final class Run {
    /** How many entries of a run are told apart: their numbers take a bit each. */
    private static final long MOST_ENTRIES = 1 << 30;

    final String id;
    private final boolean isSealed;
    private final BitSet seen = new BitSet();
    private final Latencies latencies = new Latencies();
    private long received;
    private long unique;
    private long duplicated;
    private long reordered;
    private long corrupt;
    private long untracked;
    private long highest;
    private long first;
    private long last;

    Run(String id, boolean isSealed) {
        this.id = id;
        this.isSealed = isSealed;
    }

    /** Counts an entry; one without a time of sending has no latency. */
    void count(long at, Entry entry) {
        boolean isCorrupt = isSealed && !Seal.isIntact(entry.data);
        if (entry.sentAt != 0) {
            latencies.record(at - entry.sentAt);
        }
        synchronized (this) {
            if (received == 0) {
                first = at;
            }
            last = at;
            received++;
            corrupt += isCorrupt ? 1 : 0;
            if (entry.seq < 0 || entry.seq >= MOST_ENTRIES) {
                untracked++;
                return;
            }
            int number = (int) entry.seq;
            if (seen.get(number)) {
                duplicated++;
                return;
            }
            seen.set(number);
            unique++;
            if (number < highest) {
                reordered++;
            } else {
                highest = number;
            }
        }
    }

    /** The account as {@code GET /runs/{id}} gives it. */
    synchronized Line report() {
        var report = new Line()
                .with("run", id)
                .with("received", received)
                .with("unique", unique)
                .with("duplicated", duplicated)
                .with("reordered", reordered)
                .with("corrupt", corrupt);
        if (untracked > 0) {
            report.with("untracked", untracked);
        }
        if (received > 0) {
            report.with("first_received_at_ns", first).with("last_received_at_ns", last);
        }
        var latency = latencies.summary();
        if (latency != null) {
            report.with("delivery_latency", latency);
        }
        return report;
    }
}
