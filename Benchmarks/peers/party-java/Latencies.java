package party;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import org.HdrHistogram.AtomicHistogram;

/** Nanoseconds from 1 to a minute in three digits; any thread may add to them. */
final class Latencies {
    private static final long LONGEST = 60_000_000_000L;

    private final AtomicHistogram counts = new AtomicHistogram(1, LONGEST, 3);

    /** Counts a value; one outside of the range as the nearest that is in it. */
    void record(long nanoseconds) {
        counts.recordValue(Math.min(Math.max(nanoseconds, 1), LONGEST));
    }

    /** HdrHistogram's V2 encoding, compressed, in base64. */
    String encoded() {
        var buffer = ByteBuffer.allocate(counts.getNeededByteBufferCapacity());
        int length = counts.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }

    /** What a ledger says of a latency, in microseconds; null without a value. */
    Line summary() {
        var copy = counts.copy();
        if (copy.getTotalCount() == 0) {
            return null;
        }
        return new Line()
                .with("count", copy.getTotalCount())
                .with("p50_us", copy.getValueAtPercentile(50) / 1000.0)
                .with("p90_us", copy.getValueAtPercentile(90) / 1000.0)
                .with("p99_us", copy.getValueAtPercentile(99) / 1000.0)
                .with("p999_us", copy.getValueAtPercentile(99.9) / 1000.0)
                .with("max_us", copy.getMaxValue() / 1000.0)
                .with("mean_us", copy.getMean() / 1000.0);
    }
}
