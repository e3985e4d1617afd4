package party;

import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the latest entries, and an account of each run. */
final class Ledger {
    /** How many runs are kept: a benchmark asks for the latest ones. */
    private static final int MOST_RUNS = 64;
    /** How many of the latest entries are kept, and how long their texts may be together. */
    private static final int MOST_LATEST = 1 << 16;

    private static final int MOST_LATEST_CHARACTERS = 64 << 20;

    private final Map<String, Run> runs = new LinkedHashMap<>();
    /** The run of the entry before, which mostly is that of the next one. */
    private volatile Run latestRun;

    private final Entry[] latest = new Entry[MOST_LATEST];
    private final Object latestLock = new Object();
    private int next;
    private int oldest;
    private int kept;
    private long characters;

    /** Begins a run; null where it is known. */
    synchronized Run announce(String id, boolean isSealed) {
        if (runs.containsKey(id)) {
            return null;
        }
        if (runs.size() == MOST_RUNS) {
            runs.remove(runs.keySet().iterator().next());
        }
        var created = new Run(id, isSealed);
        runs.put(id, created);
        return created;
    }

    /** A run; null where there is none. */
    synchronized Run find(String id) {
        return runs.get(id);
    }

    private synchronized Run findOrAnnounce(String id) {
        var known = runs.get(id);
        return known != null ? known : announce(id, false);
    }

    /** Keeps an entry, and counts it for its run, where it has one. */
    void record(Entry entry) {
        long at = Clock.wall();
        keep(entry);
        if (entry.run.isEmpty()) {
            return;
        }
        var own = latestRun;
        if (own == null || !own.id.equals(entry.run)) {
            own = findOrAnnounce(entry.run);
            latestRun = own;
        }
        own.count(at, entry);
    }

    private void keep(Entry entry) {
        synchronized (latestLock) {
            while (kept > 0 && (kept == MOST_LATEST || characters + entry.data.length() > MOST_LATEST_CHARACTERS)) {
                characters -= latest[oldest].data.length();
                latest[oldest] = null;
                oldest = (oldest + 1) % MOST_LATEST;
                kept--;
            }
            latest[next] = entry;
            next = (next + 1) % MOST_LATEST;
            kept++;
            characters += entry.data.length();
        }
    }
}
